"""Wrong settings are answered with one clear sentence, before anything is made."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from bootstrap.common import ProblemError
from bootstrap.demo import check_port
from bootstrap.odoo_source import given_source
from bootstrap.postgres import check_server
from bootstrap.settings import ROOT, Settings
from bootstrap.workplace import environment


def make_odoo(folder, version):
    """Make a folder that looks like an Odoo of some version."""
    (folder / "odoo" / "addons").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(f"version_info = ({version}, 'final', 0, '')\n")
    return folder


def test_odoo_home_that_is_no_folder_is_named(tmp_path):
    with pytest.raises(ProblemError, match=r"ODOO_HOME=.*missing is not a folder"):
        given_source(str(tmp_path / "missing"))


def test_odoo_home_without_odoo_is_named(tmp_path):
    with pytest.raises(ProblemError, match="does not hold Odoo"):
        given_source(str(tmp_path))


@pytest.mark.parametrize("version", ["18, 0, 0", "'saas~18', 4, 0", "20, 0, 0"])
def test_odoo_home_of_another_series_is_refused(tmp_path, version):
    with pytest.raises(ProblemError, match="needs Odoo 19"):
        given_source(str(make_odoo(tmp_path, version)))


def test_odoo_home_of_a_checkout_has_two_addons_folders(tmp_path):
    home = make_odoo(tmp_path, "19, 0, 0")
    (home / "addons" / "web").mkdir(parents=True)
    (home / "addons" / "web" / "__manifest__.py").touch()
    source = given_source(str(home))
    assert source.addons_paths == (home / "odoo" / "addons", home / "addons")
    assert source.release == "19.0"


def test_pghost_that_does_not_answer_is_named(tmp_path):
    with pytest.raises(ProblemError, match=r"PGHOST=.* cannot be used .*unset it"):
        check_server({"PGHOST": str(tmp_path), "PGPORT": "5999"})


def test_wrong_settings_end_in_one_sentence(tmp_path):
    environ = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "ODOO_HOME": str(tmp_path / "none")}
    done = subprocess.run(
        [sys.executable, ROOT / "dev" / "run", "test"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "is not a folder" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_taken_port_is_named_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ProblemError, match=f"make demo PORT={port + 1}"):
            check_port("127.0.0.1", str(port))


def test_port_that_is_no_number_is_named():
    with pytest.raises(ProblemError, match="PORT=web is not a port number"):
        check_port("127.0.0.1", "web")


def test_clone_is_linked_under_the_technical_name(tmp_path):
    clone = tmp_path / "any-name"
    clone.mkdir()
    settings = Settings.load({"XDG_CACHE_HOME": str(tmp_path / "cache")}, root=clone)
    settings.link_addon()
    settings.link_addon()
    assert settings.addon.name == "sale_recurring"
    assert settings.addon.resolve() == clone


def test_source_hash_ignores_tests_and_changes_with_views(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "views").mkdir()
    settings = Settings(tmp_path, tmp_path, {})
    empty = settings.source_hash()
    (tmp_path / "tests" / "test_a.py").write_text("pass")
    assert settings.source_hash() == empty
    (tmp_path / "views" / "a.xml").write_text("<odoo/>")
    assert settings.source_hash() != empty


def test_repository_names_no_package_host():
    """A host name would tie the commands to one mirror; apt, pip and npm know theirs."""
    words = [".".join(parts) for parts in (("pypi", "org"), ("debian", "org"), ("npmjs", "org"))]
    files = [*Path(ROOT, "dev").rglob("*"), ROOT / "Makefile", ROOT / ".ci" / "run"]
    files = [path for path in files if path.is_file() and path.suffix in ("", ".py", ".txt")]
    texts = {path: path.read_text() for path in files}
    assert not [path for path, text in texts.items() for word in words if word in text]


def test_processes_keep_what_they_compile_outside_the_clone(tmp_path):
    environ = {"XDG_CACHE_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    settings = Settings.load(environ)
    source = given_source(str(make_odoo(tmp_path, "19, 0, 0")))
    found = environment(settings, source, {})
    assert "PYTHONDONTWRITEBYTECODE" not in found
    assert found["PYTHONPYCACHEPREFIX"].startswith(str(tmp_path))
