"""What is missing is installed, or named together with the command that installs it."""

import pytest
from bootstrap import common, sizes, system


@pytest.fixture(name="log")
def fixture_log(tmp_path):
    """Return a log file for apt."""
    return tmp_path / "apt.log"


def test_nothing_is_installed_when_all_is_there(monkeypatch, log):
    monkeypatch.setattr(system, "is_there", lambda piece: True)
    monkeypatch.setattr(system, "run", None)
    system.need(["psql", "chromium"], log)
    assert not log.exists()


def test_missing_piece_without_root_names_the_command(monkeypatch, log):
    monkeypatch.setattr(system, "is_there", lambda piece: piece != "wkhtmltopdf")
    monkeypatch.setattr(system, "_sudo", lambda: None)
    with pytest.raises(common.ProblemError) as caught:
        system.need(["psql", "wkhtmltopdf"], log)
    assert str(caught.value) == (
        "This machine lacks wkhtmltopdf, and installing that needs root: "
        "run 'apt-get install wkhtmltopdf' as root, then try again."
    )


def test_missing_piece_is_installed_once(monkeypatch, log):
    commands, there = [], set()

    def install(command, **_options):
        commands.append(command)
        there.update(command)

    monkeypatch.setattr(system, "is_there", lambda piece: piece in there)
    monkeypatch.setattr(system, "_sudo", lambda: ["sudo", "-n"])
    monkeypatch.setattr(system, "run", install)
    system.need(["wkhtmltopdf"], log)
    system.need(["wkhtmltopdf"], log)
    assert [command[5:] for command in commands] == [
        ["update"],
        ["install", "-y", "--no-install-recommends", "wkhtmltopdf"],
    ]


def test_failed_command_shows_its_last_lines():
    with pytest.raises(common.ProblemError, match=r"bash failed; its last lines:\nfirst\nsecond"):
        common.run(["bash", "-c", "echo first; echo second; exit 3"])


def test_sizes_over_a_limit_are_listed(tmp_path):
    body = "\n".join(["def long():", *["    x = 1"] * sizes.FUNCTION_LINES])
    methods = "\n".join(["class C:", *["    def m(self): pass"] * (sizes.CLASS_METHODS + 1)])
    (tmp_path / "a.py").write_text(f"{body}\n{methods}\n" + "\n" * sizes.FILE_LINES)
    assert [line.split(", more")[0] for line in sizes.too_large(tmp_path)] == [
        "a.py: 483 lines",
        "a.py:1: long has 51 lines",
        "a.py:52: C has 31 methods",
    ]
