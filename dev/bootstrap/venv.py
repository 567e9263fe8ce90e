"""The virtual environment: what Odoo imports, the addon's requirements, test tools."""

import shutil
import sys

from .common import ProblemError, run, step
from .settings import short_hash

OLDEST = (3, 10)
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
    wanted = short_hash([sys.version, *(path.read_text() for path in files)])
    stamp = settings.venv / ".complete"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with step("Installing Python packages"):
        log = settings.logs / "pip.log"
        if not settings.python.exists() or run([settings.python, "-V"], check=False).returncode:
            shutil.rmtree(settings.venv, ignore_errors=True)
            run([sys.executable, "-m", "venv", settings.venv], log=log)
        pip = [settings.python, "-m", "pip", "--disable-pip-version-check", "install"]
        arguments = [part for path in files for part in ("-r", path)]
        run([*pip, *arguments], log=log)
        stamp.write_text(wanted)
