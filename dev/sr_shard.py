"""Pytest plugin of a shard: write down what happens, for whoever started the shards.

Each line of the file is one event in JSON: what was collected, each finished test, the end.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
import sr_pytest

FAILED = ("failed", "error")
SKIPPED = ("skipped", "xfailed")
PASSED = ("passed", "xpassed")


def pytest_addoption(parser):
    """Let the file be named."""
    parser.addoption("--shard-events", help="File for the events of this run")


def pytest_configure(config):
    """Start to write when a file is named."""
    if path := config.getoption("--shard-events"):
        config.pluginmanager.register(Events(Path(path)), "sr_shard_events")


class Events:
    """The events of one run.

    :param Path path: the file
    """

    def __init__(self, path):
        self.path = path
        self.seconds = Counter()

    def write(self, **event):
        """Append an event; whoever reads at the same time sees whole lines."""
        with self.path.open("a") as stream:
            stream.write(json.dumps(event) + "\n")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        """Say how much there is to do."""
        self.write(collected=len(session.items))

    def pytest_runtest_logreport(self, report):
        """Say that a test failed, or that it is through; add up the seconds of its file."""
        self.seconds[report.nodeid.partition("::")[0]] += report.duration
        if report.failed:
            self.write(failed=report.nodeid)
        if report.when == "teardown":
            self.write(done=report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter):
        """Say what pytest itself counted."""
        counts = {key: len(found) for key, found in terminalreporter.stats.items()}
        forbidden = len(sr_pytest.SKIPPED)
        self.write(
            end={
                "passed": sum(counts.get(key, 0) for key in PASSED),
                "failed": sum(counts.get(key, 0) for key in FAILED) + forbidden,
                "skipped": sum(counts.get(key, 0) for key in SKIPPED) - forbidden,
                "deselected": counts.get("deselected", 0),
                "seconds": dict(self.seconds),
            }
        )
