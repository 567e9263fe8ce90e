"""Pytest runs: one file for a developer, everything on all cores for ``make test``."""

import shutil
import signal
import subprocess
from pathlib import Path

from .bridges import BRIDGES, find_bridges
from .common import ProblemError, locked, run, say
from .databases import Databases
from .settings import ADDON, short_hash
from .shard_runs import Run, report, run_all
from .shards import (
    BRIDGE_FOLDERS,
    TEST_FOLDERS,
    Durations,
    count_shards,
    find_files,
    split,
)

COVERED_PERCENT = 90
# Tests that draw worlds, each for its part of a soak.
WORLDS = (
    "tests/scenario/test_random_worlds.py",
    "tests/recognition/test_recognition_worlds.py",
)


def pytest_arguments(place, database):
    """Return the options that every run of pytest needs."""
    addon = place.settings.addon
    return [
        *("-m", "pytest", "-p", "sr_pytest"),
        f"--odoo-database={database}",
        f"--odoo-config={place.settings.config}",
        "--odoo-http",
        *("-c", str(addon / "pyproject.toml"), "--rootdir", str(addon)),
    ]


def map_paths(place, arguments):
    """Name test files through the link that carries the addon's technical name.

    pytest-odoo derives ``odoo.addons.sale_recurring`` from the path.

    :return: the arguments, and whether there was a path among them
    :rtype: tuple[list, bool]
    """
    root = place.settings.root
    mapped, found = [], False
    for argument in arguments:
        path, colons, rest = argument.partition("::")
        target = root / path
        if path and not argument.startswith("-") and target.exists():
            inside = target.resolve().relative_to(root) if Path(path).is_absolute() else path
            mapped.append(f"{place.settings.addon / inside}{colons}{rest}")
            found = True
        else:
            mapped.append(argument)
    return mapped, found


def run_tests(place, arguments, *, with_coverage=False):
    """Run every test in new databases with the addon and no demo data: [PYTEST ARGUMENTS].

    Without a path among the arguments the tests are spread over all cores.

    :return: pytest's exit code, or 1 when anything failed in any shard
    :rtype: int
    """
    if not place.settings.manifest():
        raise ProblemError(f"There is no __manifest__.py in {place.settings.root}.")
    # Whoever ends this process wants its shards to end too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments, found = map_paths(place, arguments)
    database = f"sale_recurring_test_{short_hash(place.settings.root)}"
    databases = Databases(place)
    with locked(place.settings.addons / "test.lock"):
        databases.bare()
        databases.new(database)
        if not found:
            return Shards(place, database, with_coverage=with_coverage).run(arguments)
        if any(f"/{ADDON}/{BRIDGES}/" in argument for argument in arguments):
            databases.install_bridges(database)
        databases.hold_statistics(database)
        say("==> Running the tests")
        if with_coverage:
            arguments = [*coverage_options(place, "term-missing"), *arguments]
        command = [place.settings.python, *pytest_arguments(place, database), *arguments]
        done = subprocess.run(command, env=place.environ, cwd=place.settings.addons, check=False)
    return done.returncode


def run_soak(place, arguments):
    """Live through random worlds for an hour: [MINUTES]; the seed of what fails is printed.

    SR_SEED=N lives through that one world again.

    :return: pytest's exit code
    :rtype: int
    """
    minutes = arguments[0] if arguments else "60"
    if not minutes.isdigit():
        raise ProblemError("Say for how many minutes: dev/run soak 60.")
    place.environ["SR_SOAK_MINUTES"] = str(int(minutes) / len(WORLDS))
    return run_tests(place, [*WORLDS, "-q"])


def run_coverage(place, arguments):
    """Run every test and say which lines of the addon it reached: [PYTEST ARGUMENTS].

    :return: what the tests return; 1 when they reach too little
    :rtype: int
    """
    return run_tests(place, arguments, with_coverage=True)


def coverage_options(place, told):
    """Return pytest's options for coverage.

    :param str told: kind of report
    """
    options = [f"--cov={ADDON}", f"--cov-config={place.settings.addon / 'pyproject.toml'}"]
    options.append(f"--cov-report={told}")
    return [*options, f"--cov-fail-under={COVERED_PERCENT}"] if told else options


class Shards:
    """All tests, on all cores.

    :param Workplace place: a prepared workplace
    :param str database: a new database with the addon, to be cloned; nobody is connected to it
    :param bool with_coverage: whether to count the lines that are reached
    :param folders: where the tests are; those of bridges only run beside all of the addon's
    """

    def __init__(self, place, database, *, with_coverage=False, folders=TEST_FOLDERS):
        self.place = place
        self.folders = folders
        self.settings = place.settings
        self.databases = Databases(place)
        self.database = database
        self.with_coverage = with_coverage
        self.folder = self.settings.addons / "shards"
        self.durations = Durations(self.settings.root)
        self.made = []

    def run(self, arguments):
        """Run the tests and add up.

        :param list arguments: options for pytest in every shard
        :rtype: int
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.databases.make_bundles(self.database)
        try:
            runs, at_once = self._plan(arguments)
            run_all(runs, at_once)
        finally:
            for name in self.made:
                self.databases.drop(name)
        reached = self._combine(runs) if self.with_coverage else 0
        if self.settings.environ.get("SR_RECORD"):
            self.durations.record(_seconds(runs))
        return report(runs) or reached

    def _plan(self, arguments):
        """Spread the tests.

        Bridges need other modules than the addon's tests, so theirs have a shard of their own; it
        starts first, because installing them takes its time.

        :return: the shards, and how many of them run at the same time
        :rtype: tuple[list[Run], int]
        """
        root = self.settings.root
        names, others = find_files(root, self.folders), []
        if self.folders == TEST_FOLDERS and find_bridges(self.place):
            others = find_files(root, [BRIDGE_FOLDERS])
        seconds = self.durations.total([*names, *others])
        at_once = count_shards(self.settings.environ, seconds)
        shares = {str(at): one for at, one in enumerate(split(names, self.durations, at_once), 1)}
        if others:
            shares = {BRIDGES: others, **shares}
        say(f"==> Running {len(names) + len(others)} files of tests, {at_once} at a time")
        for label, share in shares.items():
            seconds = self.durations.total(share)
            say(f"    {label}: {len(share)} files, last time {seconds:.0f} s")
        return [self._make_run(*one, arguments) for one in shares.items()], at_once

    def _make_run(self, label, names, arguments):
        """Return the shard that runs some files in a database of its own."""
        database = f"{self.database}_{label}"
        self.databases.clone(self.database, database)
        self.databases.hold_statistics(database)
        self.made.append(database)
        events = self.folder / f"{label}.events"
        command = [self.settings.python, *pytest_arguments(self.place, database)]
        command += ["-p", "sr_shard", f"--shard-events={events}"]
        command += ["-o", f"cache_dir={self.folder / label}"]
        if self.with_coverage:
            command += coverage_options(self.place, "")
        command += [_own_file(argument, label) for argument in arguments]
        command += map_paths(self.place, names)[0]
        variables = {
            "SR_INSTALLED": self.database,
            "COVERAGE_FILE": str(self.folder / f"{label}.lines"),
        }
        return Run(
            name=f"shard {label}",
            command=command,
            environ={**self.place.environ, **variables},
            folder=self.settings.addons,
            log=self.folder / f"{label}.log",
            events=events,
            prepare=(lambda: self._install_bridges(database)) if label == BRIDGES else None,
        )

    def _install_bridges(self, database):
        """Make a clone the database of the bridges, which add to pages and have websites."""
        self.databases.install_bridges(database)
        self.databases.make_bundles(database)
        self.databases.hold_statistics(database)

    def _combine(self, runs):
        """Print which lines all shards together reached.

        :return: 0 when there are enough of them
        :rtype: int
        """
        files = [one.environ["COVERAGE_FILE"] for one in runs]
        files = [name for name in files if Path(name).exists()]
        options = [f"--rcfile={self.settings.addon / 'pyproject.toml'}"]
        options.append(f"--data-file={self.folder / 'all.lines'}")
        command = [self.settings.python, "-m", "coverage"]
        run([*command, "combine", "-q", *options, *files], cwd=self.settings.addons)
        least = f"--fail-under={COVERED_PERCENT}"
        done = run([*command, "report", *options, least], cwd=self.settings.addons, check=False)
        say(done.stdout)
        return done.returncode


def _own_file(argument, label):
    """Give a shard a file of its own where an option names one that pytest writes."""
    name, equals, value = argument.partition("=")
    if not equals or name not in ("--junitxml", "--junit-xml", "--log-file"):
        return argument
    path = Path(value)
    return f"{name}={path.with_name(f'{path.stem}-{label}{path.suffix}')}"


def _seconds(runs):
    """Return the seconds of each file in all shards."""
    return {name: value for one in runs for name, value in one.end.get("seconds", {}).items()}
