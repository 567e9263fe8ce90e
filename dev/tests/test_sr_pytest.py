"""A run in which a test was skipped for want of a server or a browser must fail."""

import os
import subprocess
import sys

import pytest

CODE = """
import unittest

class TestPage(unittest.TestCase):
    def test_page(self):
        raise unittest.SkipTest({reason!r})

    def test_other(self):
        pass
"""


def run_pytest(folder, reason):
    """Run a file with one skipped and one good test under the plugin alone."""
    (folder / "test_page.py").write_text(CODE.format(reason=reason))
    environ = {key: value for key, value in os.environ.items() if key != "ODOO_RC"}
    plugins = ["-p", "no:odoo", "-p", "no:cacheprovider", "-p", "sr_pytest"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--rootdir", folder, "test_page.py"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "reason",
    [
        "Test test_page skipped because it is an HttpCase and --odoo-http is not set",
        "Chrome executable not found",
        "websocket-client module is not installed",
    ],
)
def test_skipped_browser_test_fails_the_run(tmp_path, reason):
    done = run_pytest(tmp_path, reason)
    assert done.returncode == 1, done.stdout
    assert "tests that may not be skipped" in done.stdout
    assert "1 passed, 1 skipped" in done.stdout.splitlines()[-1]


def test_other_skipped_test_does_not_fail_the_run(tmp_path):
    assert not run_pytest(tmp_path, "needs a leap year").returncode
