"""Pytest plugin of the addon's test runs: a test that needs the web server must not be skipped."""

import re

import freezegun
import pytest

FORBIDDEN = re.compile(r"http|chrom|browser|tour|websocket|wkhtmltopdf", re.IGNORECASE)
SKIPPED = []


def pytest_configure():
    """Let pytest measure how long tests take while they have stopped the clock."""
    freezegun.configure(extend_ignore_list=["_pytest.timing"])


def pytest_runtest_logreport(report):
    """Remember tests that were skipped for want of a server or a browser."""
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if FORBIDDEN.search(reason):
            SKIPPED.append((report.nodeid, reason))


def pytest_sessionfinish(session, exitstatus):
    """Fail the run in which such a test was skipped."""
    if SKIPPED and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Name the tests that may not be skipped."""
    if not SKIPPED:
        return
    terminalreporter.section("tests that may not be skipped", sep="=", red=True)
    for nodeid, reason in SKIPPED:
        terminalreporter.line(f"{nodeid}: {reason}")
