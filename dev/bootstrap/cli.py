"""The commands of ``dev/run``."""

import argparse
import inspect
import os
import shlex
import sys
from pathlib import Path

from . import rtl
from .common import ProblemError, say
from .core import run_compat, run_core
from .databases import Databases
from .demo import run_demo
from .lint import run_lint
from .postgres import Cluster
from .settings import ADDON, Settings
from .testing import map_paths, pytest_arguments, run_coverage, run_soak, run_tests
from .workplace import prepare

SHOWN = (
    *("PATH", "PYTHONPATH", "PYTHONPYCACHEPREFIX"),
    *("ODOO_RC", "SR_ADDON", "PGHOST", "PGPORT", "PGUSER"),
)


def run_bench(place, arguments):
    """Measure against plain Odoo: [OPTIONS OF dev/bench.py]."""
    script = place.settings.root / "dev" / "bench.py"
    if not script.exists():
        raise ProblemError("There is no dev/bench.py yet.")
    Databases(place).base()
    _become(place, [str(script), *arguments])


def show_env(place, _arguments):
    """Print export lines for a shell: eval "$(dev/run env)"."""
    for key in SHOWN:
        if key in place.environ:
            say(f"export {key}={shlex.quote(place.environ[key])}")


def run_odoo(place, arguments):
    """Become Odoo's own program: ARGUMENTS."""
    rtl.install(place.settings)
    _become(place, ["-m", "odoo", *arguments])


def run_shell(place, arguments):
    """Become an Odoo shell on a database: DB [ARGUMENTS]."""
    if not arguments:
        raise ProblemError("Name a database: dev/run shell DB.")
    _become(place, ["-m", "odoo", "shell", "--no-http", "-d", *arguments])


def run_pytest(place, arguments):
    """Become pytest on a database: DB [ARGUMENTS]; paths are relative to the repository."""
    if not arguments:
        raise ProblemError("Name a database: dev/run pytest DB tests/test_x.py.")
    database, *rest = arguments
    _become(place, [*pytest_arguments(place, database), *map_paths(place, rest)[0]])


def take_screenshot(place, arguments):
    """Take a picture of a page: URL FILE [--login USER]."""
    files = [str(Path.cwd() / name) if name.endswith(".png") else name for name in arguments]
    _become(place, [str(place.settings.root / "dev" / "screenshot.py"), *files])


def update_translations(place, arguments):
    """Bring the translations up to date: DB."""
    if not arguments:
        raise ProblemError("Name a database with the addon up to date: dev/run translations DB.")
    _become(place, [str(place.settings.root / "dev" / "translations.py"), *arguments])


def new_database(place, arguments):
    """Make databases from the template, with the addon installed: [--bridges] NAME..."""
    databases = Databases(place)
    bridges = "--bridges" in arguments
    for name in arguments:
        if name == "--bridges":
            continue
        databases.new(name, bridges=bridges)
        databases.hold_statistics(name)


def drop_database(place, arguments):
    """Drop databases: NAME..."""
    databases = Databases(place)
    for name in arguments:
        databases.drop(name)


def update_addon(place, arguments):
    """Update the addon in databases: NAME..."""
    for name in arguments:
        Databases(place).update(name, [ADDON])


def make_templates(place, _arguments):
    """Make the template databases."""
    Databases(place).base()


def stop(settings, _arguments):
    """Stop the private PostgreSQL server."""
    Cluster(settings).stop()


def _become(place, arguments):
    """Replace this process by the virtual environment's Python."""
    sys.stdout.flush()
    os.chdir(place.settings.addons)
    python = str(place.settings.python)
    os.execve(python, [python, *arguments], place.environ)  # noqa: S606


# Commands that need Odoo and a database server, and those that need neither.
COMMANDS = {
    "demo": run_demo,
    "test": run_tests,
    "coverage": run_coverage,
    "soak": run_soak,
    "bench": run_bench,
    "core": run_core,
    "compat": run_compat,
    "env": show_env,
    "odoo": run_odoo,
    "shell": run_shell,
    "pytest": run_pytest,
    "screenshot": take_screenshot,
    "translations": update_translations,
    "newdb": new_database,
    "dropdb": drop_database,
    "update": update_addon,
    "templates": make_templates,
}
PLAIN_COMMANDS = {"lint": run_lint, "stop": stop}
# These pass their arguments on to a program that explains itself.
EXPLAINED = ("odoo", "bench", "screenshot")


def _get_help():
    """Return what each command does, a line for each: the first line of its docstring."""
    commands = {**COMMANDS, **PLAIN_COMMANDS}
    lines = [f"  {name:<13}{run.__doc__.splitlines()[0]}" for name, run in commands.items()]
    return "\n".join(["commands:", *lines, "", "dev/run COMMAND --help says more of one."])


def main():
    """Run one command; a problem is one clear sentence and exit code 1."""
    parser = argparse.ArgumentParser(
        prog="dev/run",
        description=__doc__,
        epilog=_get_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = {**COMMANDS, **PLAIN_COMMANDS}
    parser.add_argument("command", choices=commands, metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.arguments[:1] in (["-h"], ["--help"]) and options.command not in EXPLAINED:
        say(inspect.getdoc(commands[options.command]).partition("\n\n:")[0])
        return 0
    settings = Settings.load()
    try:
        if options.command in PLAIN_COMMANDS:
            return PLAIN_COMMANDS[options.command](settings, options.arguments) or 0
        return COMMANDS[options.command](prepare(settings), options.arguments) or 0
    except ProblemError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
