"""Pytest plugin of the addon's test runs: a test that needs the web server must not be skipped."""

import re

import pytest

FORBIDDEN = re.compile(r"http|chrom|browser|tour|websocket|wkhtmltopdf", re.IGNORECASE)
_skipped = []


def pytest_runtest_logreport(report):
    """Remember tests that were skipped for want of a server or a browser."""
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if FORBIDDEN.search(reason):
            _skipped.append((report.nodeid, reason))


def pytest_sessionfinish(session, exitstatus):
    """Fail the run in which such a test was skipped."""
    if _skipped and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Name the tests that may not be skipped."""
    if not _skipped:
        return
    terminalreporter.section("tests that may not be skipped", sep="=", red=True)
    for nodeid, reason in _skipped:
        terminalreporter.line(f"{nodeid}: {reason}")
