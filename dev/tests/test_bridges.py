"""Bridges are found, installed where Odoo has what they join, and covered by every command."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from bootstrap.bridges import all_bridges, find_bridges
from bootstrap.common import ProblemError
from bootstrap.lint import Tools
from bootstrap.settings import ROOT, Settings
from bootstrap.workplace import write_config

MANIFEST = "{{'name': 'Bridge', 'depends': {depends}, 'installable': {installable}}}"


@pytest.fixture(name="settings")
def fixture_settings(tmp_path):
    """Return the settings of a clone with three bridges."""
    add_bridge(tmp_path, "sale_recurring_one", ["sale_recurring", "survey"])
    add_bridge(tmp_path, "sale_recurring_two", ["sale_recurring_one", "not_there"])
    add_bridge(tmp_path, "sale_recurring_old", ["sale_recurring"], installable=False)
    settings = Settings.load({"XDG_CACHE_HOME": str(tmp_path / "cache")}, root=tmp_path)
    settings.link_addon()
    return settings


def add_bridge(root, name, depends, *, installable=True):
    """Write the manifest of a bridge."""
    folder = root / "bridges" / name
    folder.mkdir(parents=True)
    text = MANIFEST.format(depends=depends, installable=installable)
    (folder / "__manifest__.py").write_text(text)


def test_bridges_are_those_that_can_be_installed(settings):
    def addon(name):
        if name == "not_there":
            raise ProblemError(name)

    place = SimpleNamespace(settings=settings, source=SimpleNamespace(addon=addon))
    assert list(all_bridges(settings)) == ["sale_recurring_one", "sale_recurring_two"]
    assert find_bridges(place) == ["sale_recurring_one"]


def test_path_of_the_bridges_comes_before_that_of_the_addon(settings):
    write_config(settings, SimpleNamespace(addons_paths=(Path("/odoo/addons"),)))
    line = next(
        line for line in settings.config.read_text().splitlines() if line.startswith("addons_path")
    )
    paths = [Path(path) for path in line.partition(" = ")[2].split(",")]
    assert paths == [Path("/odoo/addons"), settings.addon / "bridges", settings.addons]


def test_clone_without_bridges_has_no_path_for_them(tmp_path):
    settings = Settings.load({"XDG_CACHE_HOME": str(tmp_path / "cache")}, root=tmp_path)
    settings.link_addon()
    write_config(settings, SimpleNamespace(addons_paths=()))
    assert f"addons_path = {settings.addons}\n" in settings.config.read_text()


def test_demo_is_brought_up_to_date_when_a_bridge_changes(settings):
    before = settings.source_hash()
    folder = settings.root / "bridges" / "sale_recurring_one"
    (folder / "tests").mkdir()
    (folder / "tests" / "test_a.py").touch()
    assert settings.source_hash() == before
    (folder / "view.xml").write_text("<odoo/>")
    assert settings.source_hash() != before


def test_checkers_are_told_of_each_bridge(settings):
    checkers = {checker.name: checker for checker in Tools(settings)._python_checkers()}
    for name in ("pylint-odoo", "oca-checks-odoo-module"):
        assert "sale_recurring/bridges/sale_recurring_one" in checkers[name].command


def test_every_bridge_of_this_repository_has_tests_and_a_translation():
    settings = Settings.load(root=ROOT)
    assert all_bridges(settings)
    for name in all_bridges(settings):
        folder = ROOT / "bridges" / name
        assert list((folder / "tests").glob("test_*.py")), name
        assert (folder / "i18n" / f"{name}.pot").exists(), name
        assert (folder / "i18n" / "pt_BR.po").exists(), name
