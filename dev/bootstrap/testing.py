"""Pytest runs: one file for a developer, everything for ``make test``."""

import subprocess
from pathlib import Path

from .common import ProblemError, locked, say
from .databases import Databases
from .settings import short_hash

TEST_FOLDERS = ("tests", "dev/tests")


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


def run_tests(place, arguments):
    """Run every test in a new database with the addon and no demo data: [PYTEST ARGUMENTS].

    :return: pytest's exit code
    :rtype: int
    """
    if not place.settings.manifest():
        raise ProblemError(f"There is no __manifest__.py in {place.settings.root}.")
    arguments, found = map_paths(place, arguments)
    if not found:
        folders = [name for name in TEST_FOLDERS if (place.settings.root / name).exists()]
        arguments += map_paths(place, folders)[0]
    database = f"sale_recurring_test_{short_hash(place.settings.root)}"
    databases = Databases(place)
    command = [place.settings.python, *pytest_arguments(place, database), *arguments]
    with locked(place.settings.addons / "test.lock"):
        databases.bare()
        databases.new(database)
        databases.hold_statistics(database)
        say("==> Running the tests")
        done = subprocess.run(command, env=place.environ, cwd=place.settings.addons, check=False)
    return done.returncode
