"""``make core``: the test suites of Odoo's own addons, without this addon and with it.

Every test runs with all modules loaded, so those that Odoo runs during an installation may fail on
a bare Odoo as well: what counts is the difference.
"""

import subprocess
import xml.etree.ElementTree as ElementTree

from .common import ProblemError, say, step
from .databases import Databases
from .settings import ADDON
from .testing import Shards, map_paths, pytest_arguments

CORE_MODULES = ("sale", "sale_management", "account_payment", "payment", "portal")
# Modules that contracts meet in many companies.
NEIGHBOURS = ("sale_stock", "sale_project", "sale_timesheet", "sale_loyalty", "sale_margin")
# Tests of many processes make databases of their own, where no neighbour is installed.
COMPAT_FOLDERS = ("dev/compat", "tests")
GREEN = {"passed", "skipped"}


def run_core(place, arguments):
    """Run the tests of Odoo's addons in a database without this addon, then with it: [MODULE...].

    What is not installed anyway is installed in both databases; with the addon come the bridges
    that join it with such a module. Options of pytest begin with a dash: ``'-knot tour'``.

    :return: 1 when a test is green without the addon and not with it
    :rtype: int
    """
    options = [one for one in arguments if one.startswith("-")]
    modules = [one for one in arguments if not one.startswith("-")] or CORE_MODULES
    others = [module for module in modules if module not in CORE_MODULES]
    results = {}
    for kind in ("without", "with"):
        database = f"sale_recurring_core_{kind}"
        databases = Databases(place)
        databases.clone(databases.base(), database)
        wanted = [*others, ADDON] if kind == "with" else others
        if wanted:
            with step(f"Installing {', '.join(wanted)} in {database}"):
                databases.install(database, wanted)
        for module in modules:
            with step(f"Tests of {module} {kind} {ADDON}"):
                results[module, kind] = _run_module(place, database, module, kind, options)
        databases.drop(database)
    return 1 if _report(modules, results) else 0


def run_compat(place, arguments):
    """Run our own tests where stock, projects, timesheets, loyalty and margins are installed too.

    Without a path among the arguments the tests are spread over all cores.

    :return: pytest's exit code, or 1 when anything failed in any shard
    :rtype: int
    """
    database = "sale_recurring_compat"
    databases = Databases(place)
    databases.clone(databases.base(), database)
    with step(f"Installing {ADDON}, {', '.join(NEIGHBOURS)}"):
        databases.install(database, [ADDON, *NEIGHBOURS])
    arguments, found = map_paths(place, arguments)
    if not found:
        return Shards(place, database, folders=COMPAT_FOLDERS).run(arguments)
    databases.hold_statistics(database)
    command = [place.settings.python, *pytest_arguments(place, database), *arguments]
    done = subprocess.run(command, env=place.environ, cwd=place.settings.addons, check=False)
    return done.returncode


def _pytest(place, database):
    """Return the command that runs tests of any addon in a database."""
    return [
        *(place.settings.python, "-m", "pytest", "-p", "no:cacheprovider", "--odoo-http"),
        f"--odoo-database={database}",
        f"--odoo-config={place.settings.config}",
    ]


def _run_module(place, database, module, kind, options=()):
    """Run the tests of one module.

    :param options: of pytest, besides those that every run has
    :return: 'passed', 'skipped' or 'failed' by test
    :rtype: dict
    """
    tests = place.source.addon(module) / "tests"
    report = place.settings.logs / f"core-{module}-{kind}.xml"
    report.unlink(missing_ok=True)
    command = [*_pytest(place, database), "-q", *options, f"--junitxml={report}", str(tests)]
    with (place.settings.logs / f"core-{module}-{kind}.log").open("w") as log:
        subprocess.run(
            command,
            env=place.environ,
            cwd=place.settings.addons,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if not report.exists():
        raise ProblemError(f"The tests of {module} did not run: see {log.name}.")
    return dict(_outcomes(report))


def _outcomes(report):
    """Yield the name and the outcome of each test of a report that pytest wrote itself."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314
        tags = {child.tag for child in case}
        outcome = "skipped" if "skipped" in tags else "passed"
        if tags & {"failure", "error"}:
            outcome = "failed"
        yield f"{case.get('classname')}::{case.get('name')}", outcome


def _report(modules, results):
    """Print what failed where.

    :return: the tests that fail only with the addon
    :rtype: list[str]
    """
    broken = []
    say(f"\n{'module':18}{'tests':>7}{'failed without':>16}{'failed with':>13}{'broken':>8}")
    for module in modules:
        without, having = results[module, "without"], results[module, "with"]
        failed = [sum(v == "failed" for v in found.values()) for found in (without, having)]
        new = [
            name
            for name, outcome in without.items()
            if outcome in GREEN and having.get(name) not in GREEN
        ]
        broken += new
        say(f"{module:18}{len(without):>7}{failed[0]:>16}{failed[1]:>13}{len(new):>8}")
    for module in modules:
        for name, outcome in results[module, "without"].items():
            if outcome not in GREEN:
                say(f"    fails on a bare Odoo: {name}")
    for name in broken:
        say(f"    BROKEN by {ADDON}: {name}")
    passed = sum(len(results[module, "with"]) for module in modules)
    say(f"{passed - len(broken)} passed, {len(broken)} failed")
    return broken
