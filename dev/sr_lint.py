"""Pytest plugin: Odoo's own style tests (`test_lint`) look at this addon only."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ADDON = "sale_recurring"
# Odoo reads the key (it forbids to install two modules together), its style test does not know it.
KEYS = {"excludes"}


class _Config(dict):
    """Odoo's configuration for the test that runs pylint on Odoo's own folder too."""

    root_path = None


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    """Show the style tests one addon."""
    from odoo import tools
    from odoo.modules.module import Manifest

    from odoo.addons.test_lint.tests import test_eslint, test_manifests, test_pofile, test_pylint

    manifest = Manifest.for_addon(ADDON)
    Manifest.all_addon_manifests = staticmethod(lambda: [manifest])
    for module in (test_eslint, test_pofile):
        module.get_modules = lambda: [ADDON]
    test_manifests.MANIFEST_KEYS |= KEYS
    config = _Config(addons_path=tools.config["addons_path"])
    config.root_path = manifest.path
    test_pylint.tools = SimpleNamespace(
        config=config, constants=tools.constants, parse_version=tools.parse_version
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    """Hide the folder of Odoo's addons, which shadow Python's own modules ('calendar')."""
    import odoo.addons

    hidden = {str(Path(folder)) for folder in [*odoo.__path__, *odoo.addons.__path__]}
    sys.path[:] = [folder for folder in sys.path if folder not in hidden]
