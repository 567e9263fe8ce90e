"""A command that is asked what it does says so, and does nothing."""

import sys

import pytest
from bootstrap import cli


@pytest.fixture(name="ran")
def fixture_ran(monkeypatch):
    """Note what is run instead of running it."""
    ran = []

    def put(commands, name):
        def run(_place, arguments):
            """Do this."""
            ran.append((name, arguments))

        monkeypatch.setitem(commands, name, run)

    for commands in (cli.COMMANDS, cli.PLAIN_COMMANDS):
        for name in list(commands):
            put(commands, name)
    monkeypatch.setattr(cli, "prepare", lambda settings: settings)
    return ran


def run(monkeypatch, *arguments):
    """Call the program with arguments."""
    monkeypatch.setattr(sys, "argv", ["dev/run", *arguments])
    return cli.main()


@pytest.mark.parametrize("name", [*cli.COMMANDS, *cli.PLAIN_COMMANDS])
def test_asked_for_help_a_command_does_nothing(monkeypatch, capsys, ran, name):
    assert run(monkeypatch, name, "--help") == 0
    if name in cli.EXPLAINED:
        assert ran == [(name, ["--help"])]
    else:
        assert ran == []
        assert capsys.readouterr().out == "Do this.\n"


def test_other_arguments_are_passed_on(monkeypatch, ran):
    run(monkeypatch, "pytest", "mine", "--help")
    assert ran == [("pytest", ["mine", "--help"])]


def test_help_names_each_command(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, "--help")
    told = capsys.readouterr().out
    for name in (*cli.COMMANDS, *cli.PLAIN_COMMANDS):
        assert f"\n  {name} " in told
