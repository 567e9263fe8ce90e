"""The virtual environment: what Odoo imports, the addon's requirements, test tools."""

import shutil
import sys
from pathlib import Path

from .common import ProblemError, run, step
from .settings import short_hash

OLDEST = (3, 10)
# The distribution's own Python is built with profiles of real programs. One that a version manager
# compiled on this machine takes about 15 % longer for the same tests (measured).
DISTRIBUTION = Path("/usr/bin/python3")
REQUIREMENTS = ("dev/requirements-odoo.txt", "requirements.txt", "dev/requirements-test.txt")


def make_venv(settings):
    """Make or complete the virtual environment.

    :param Settings settings: where clone and cache are
    :raise ProblemError: when Python is too old
    """
    if sys.version_info[:2] < OLDEST:
        raise ProblemError(
            f"Odoo 19 needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and python3 here is "
            f"{sys.version_info[0]}.{sys.version_info[1]}."
        )
    files = [settings.root / name for name in REQUIREMENTS]
    python = choose_python()
    version = run([python, "-VV"]).stdout
    wanted = short_hash([str(Path(python).parent), version, *(path.read_text() for path in files)])
    stamp = settings.venv / ".complete"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with step("Installing Python packages"):
        log = settings.logs / "pip.log"
        if not is_made_by(settings, python):
            shutil.rmtree(settings.venv, ignore_errors=True)
            run([python, "-m", "venv", settings.venv], log=log)
        pip = [settings.python, "-m", "pip", "--disable-pip-version-check", "install"]
        arguments = [part for path in files for part in ("-r", path)]
        run([*pip, *arguments], log=log)
        stamp.write_text(wanted)


def choose_python(distribution=DISTRIBUTION):
    """Return the Python to make the environment with: the distribution's, else the one that runs.

    :param Path distribution: taken when it is as old as the one that runs and can make environments
    :rtype: str
    """
    own = str(Path(sys.base_prefix) / "bin" / "python3")
    asked = "import sys, ensurepip, venv; print(*sys.version_info[:2])"
    if not distribution.exists():
        return own
    done = run([distribution, "-c", asked], check=False)
    series = done.stdout.split() if not done.returncode else []
    return str(distribution) if series == [str(part) for part in sys.version_info[:2]] else own


def is_made_by(settings, python):
    """Tell whether the virtual environment works and was made by this Python."""
    known = settings.venv / "pyvenv.cfg"
    if not (known.exists() and settings.python.exists()):
        return False
    if run([settings.python, "-V"], check=False).returncode:
        return False
    home = dict(line.split(" = ", 1) for line in known.read_text().splitlines() if " = " in line)
    return home.get("home") == str(Path(python).parent)
