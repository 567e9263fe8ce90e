"""Pytest plugin: Odoo's own style tests (`test_lint`) look at this addon only."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from _pytest.unittest import TestCaseFunction

ADDON = "sale_recurring"
# Odoo reads the key (it forbids to install two modules together), its style test does not know it.
KEYS = {"excludes"}


def _run_pylint(command, **options):
    """Run pylint with a plugin of ours."""
    return subprocess.run([*command, "--load-plugins=sr_pylint"], check=False, **options)


class _Config(dict):
    """Odoo's configuration for the test that runs pylint on Odoo's own folder too."""

    root_path = None


def pytest_configure():
    """Report none of the tens of thousands of parts of tests that pass, only those that fail."""
    report = TestCaseFunction.addSubTest

    def add_sub_test(self, test_case, test, exc_info):
        """Report a part that failed."""
        if exc_info is not None:
            report(self, test_case, test, exc_info)

    TestCaseFunction.addSubTest = add_sub_test


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
    test_pylint.subprocess = SimpleNamespace(run=_run_pylint)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    """Hide the folder of Odoo's addons, which shadow Python's own modules ('calendar')."""
    import odoo.addons

    hidden = {str(Path(folder)) for folder in [*odoo.__path__, *odoo.addons.__path__]}
    sys.path[:] = [folder for folder in sys.path if folder not in hidden]
