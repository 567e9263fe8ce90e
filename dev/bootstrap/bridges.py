"""Bridges: small addons in ``bridges/`` that join this addon and an optional one of Odoo's."""

import ast

from .common import ProblemError
from .settings import ADDON

BRIDGES = "bridges"


def all_bridges(settings):
    """Return the manifests of all bridges by name, in the order in which they can be installed.

    :param Settings settings: where the clone is
    :rtype: dict
    """
    paths = sorted((settings.root / BRIDGES).glob("*/__manifest__.py"))
    manifests = {path.parent.name: ast.literal_eval(path.read_text()) for path in paths}
    return {
        name: manifest for name, manifest in manifests.items() if manifest.get("installable", True)
    }


def find_bridges(place):
    """Return the names of the bridges whose dependencies this Odoo has.

    :param Workplace place: a prepared workplace
    :rtype: list[str]
    """
    bridges = all_bridges(place.settings)
    ours = {ADDON, *bridges}
    return [
        name
        for name, manifest in bridges.items()
        if all(_is_there(place, needed) for needed in set(manifest["depends"]) - ours)
    ]


def _is_there(place, name):
    """Tell whether Odoo has an addon."""
    try:
        place.source.addon(name)
    except ProblemError:
        return False
    return True
