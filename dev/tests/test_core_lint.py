"""Odoo's own style tests pass on the addon."""

import re
import subprocess

from bootstrap.testing import pytest_arguments


def run_lint(databases, database, folder):
    """Run Odoo's style tests on the addon and return their output."""
    place = databases.place
    command = [place.settings.python, *pytest_arguments(place, database)]
    command[command.index("sr_pytest")] = "sr_lint"
    tests = place.source.addon("test_lint") / "tests"
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-q", str(tests)],
        env=place.environ,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_the_style_tests_of_odoo_pass(databases, installed, clone, tmp_path):
    output = run_lint(databases, clone(installed), tmp_path)
    summary = output.splitlines()[-1]
    assert " passed" in summary, output[-5000:]
    assert "failed" not in summary, output[-5000:]
    assert "error" not in summary, output[-5000:]
    # eslint is another program's business (make lint); everything else must have run.
    skipped = re.search(r"(\d+) skipped", summary)
    assert not skipped or int(skipped[1]) <= 1, summary
