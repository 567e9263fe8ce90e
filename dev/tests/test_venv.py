"""The environment is made with the distribution's Python where that is of the same series."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bootstrap import venv

SERIES = ".".join(map(str, sys.version_info[:2]))


def fake_python(folder, answer):
    """Write a program that answers what a Python is asked."""
    folder.mkdir(parents=True)
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("answer", "is_taken"),
    [
        (f"echo {SERIES.replace('.', ' ')}", True),
        ("echo 3 9", False),  # what is pinned was tried with another series
        ("exit 1", False),  # without the module that makes environments
    ],
)
def test_python_of_the_distribution_is_taken_when_it_fits(tmp_path, answer, is_taken):
    program = fake_python(tmp_path / "usr", answer)
    chosen = venv.choose_python(program)
    assert (chosen == str(program)) == is_taken


def test_own_python_makes_the_environment_where_the_distribution_has_none(tmp_path):
    chosen = venv.choose_python(tmp_path / "python3")
    assert Path(chosen).parent == Path(sys.base_prefix) / "bin"


def test_environment_of_another_python_is_made_anew(tmp_path):
    folder = tmp_path / "venv"
    program = fake_python(folder / "bin", "echo Python")
    settings = SimpleNamespace(venv=folder, python=program)
    (folder / "pyvenv.cfg").write_text("home = /opt/own/bin\nversion = 3.11.7\n")
    assert venv.is_made_by(settings, "/opt/own/bin/python3")
    assert not venv.is_made_by(settings, "/usr/bin/python3")
    program.unlink()
    assert not venv.is_made_by(settings, "/opt/own/bin/python3")
