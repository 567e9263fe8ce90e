"""Which test file runs in which shard: all of them, each once, and all shards about as long."""

import heapq
import json
import os
from pathlib import Path
from statistics import median

from .common import ProblemError

TEST_FOLDERS = ("tests", "dev/tests")
MANY_PROCESSES = "dev/tests/"
BRIDGE_FOLDERS = "bridges/*/tests"
# The names that pytest collects when nobody tells it otherwise.
PATTERNS = ("test_*.py", "*_test.py")
# What a file took the last time; SR_RECORD=1 makes it anew.
DURATIONS = Path("dev") / "durations.json"
UNKNOWN_SECONDS = 5.0
# A shard needs a database and loads Odoo: less work than this is not worth one.
LEAST_SECONDS = 60
CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def find_files(root, patterns=TEST_FOLDERS):
    """Return the test files in some folders and all folders inside them.

    :param Path root: the clone
    :param patterns: folders, or patterns of folders, relative to the clone
    :return: paths relative to the clone, sorted
    :rtype: list[str]
    """
    found = {
        path.relative_to(root)
        for pattern in patterns
        for folder in root.glob(pattern)
        for name in PATTERNS
        for path in folder.rglob(name)
    }
    return sorted(
        path.as_posix()
        for path in found
        if not any(part.startswith((".", "__")) for part in path.parts[:-1])
    )


class Durations:
    """The seconds that each test file takes.

    :param Path root: the clone
    """

    def __init__(self, root):
        self.path = root / DURATIONS
        self.seconds = json.loads(self.path.read_text()) if self.path.exists() else {}
        # A file that was moved takes as long as before.
        self.by_name = {name.rpartition("/")[2]: value for name, value in self.seconds.items()}
        self.default = median(self.seconds.values()) if self.seconds else UNKNOWN_SECONDS

    def of(self, name):
        """Return the seconds of a file, known or not."""
        known = self.seconds.get(name, self.by_name.get(name.rpartition("/")[2]))
        return self.default if known is None else known

    def total(self, names):
        """Return the seconds of several files."""
        return sum(self.of(name) for name in names)

    def record(self, seconds):
        """Keep the durations of a run, and forget files that are no more.

        :param dict seconds: by file
        """
        rounded = {name: round(value, 1) for name, value in sorted(seconds.items())}
        self.path.write_text(json.dumps(rounded, indent=1) + "\n")


def count_shards(environ, seconds):
    """Return how many shards run at the same time: one for each core, or SR_SHARDS.

    :param dict environ: the environment
    :param float seconds: how long all tests take, one after the other
    :raise ProblemError: when SR_SHARDS is no number of shards
    """
    wanted = environ.get("SR_SHARDS")
    if not wanted:
        return max(1, min(count_cores(), int(seconds // LEAST_SECONDS)))
    if not wanted.isdigit() or not int(wanted):
        raise ProblemError(f"SR_SHARDS={wanted} is not a number of shards: try SR_SHARDS=2.")
    return int(wanted)


def count_cores():
    """Return the cores that this process may use, a container's limit included."""
    cores = len(os.sched_getaffinity(0))
    if CPU_LIMIT.exists():
        quota, _space, period = CPU_LIMIT.read_text().partition(" ")
        if quota.isdigit():
            cores = min(cores, -(-int(quota) // int(period)))
    return cores


def split(names, durations, count, loads=()):
    """Spread files over shards: the longest first, each to the shard with the least work.

    :param list names: the files
    :param Durations durations: what they take
    :param int count: the number of shards
    :param loads: seconds that the first shards are busy with other work
    The tests of the commands start many processes. Every other shard runs them last, so that they
    have quiet neighbours.

    :return: the files of each shard that has some, in the order in which they run
    :rtype: list[list[str]]
    """
    shares = [[] for _number in range(count)]
    work = [(loads[at] if at < len(loads) else 0.0, 0, at) for at in range(count)]
    heapq.heapify(work)
    for name in sorted(names, key=lambda name: (-durations.of(name), name)):
        load, files, at = work[0]
        shares[at].append(name)
        heapq.heapreplace(work, (load + durations.of(name), files + 1, at))
    return [
        sorted(
            share, key=lambda name, last=at % 2: (last and name.startswith(MANY_PROCESSES), name)
        )
        for at, share in enumerate(shares)
        if share
    ]
