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
# Into how many shards each core's work is cut: the last ones end at about the same time.
PARTS = 5
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


def split(names, durations, at_once):
    """Spread files over shards: the longest first, each to the shard with the least work.

    There are more shards than run at the same time, so that whoever is done early takes another
    one and all are busy to the end, also where a machine is not as fast as the one that kept the
    durations. Tests of the commands start many processes: they have a shard of their own.

    :param list names: the files
    :param Durations durations: what they take
    :param int at_once: how many shards run at the same time
    :return: the files of each shard that has some, the shard that takes longest first
    :rtype: list[list[str]]
    """
    processes = [name for name in names if name.startswith(MANY_PROCESSES)]
    others = [name for name in names if not name.startswith(MANY_PROCESSES)]
    count = _count_parts(durations.total(others), at_once)
    if at_once == 1:
        return [names] if names else []
    shares = [[] for _number in range(count)]
    work = [(0.0, 0, at) for at in range(count)]
    heapq.heapify(work)
    for name in sorted(others, key=lambda name: (-durations.of(name), name)):
        load, files, at = work[0]
        shares[at].append(name)
        heapq.heapreplace(work, (load + durations.of(name), files + 1, at))
    found = [sorted(share) for share in [processes, *shares] if share]
    return sorted(found, key=durations.total, reverse=True)


def _count_parts(seconds, at_once):
    """Return over how many shards tests of so many seconds are spread."""
    return max(1, at_once, min(PARTS * at_once, int(seconds // LEAST_SECONDS)))
