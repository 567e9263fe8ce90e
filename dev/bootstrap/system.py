"""Programs of the operating system, installed with apt when they are missing."""

import shutil
from pathlib import Path

from .common import ProblemError, is_root, run, step

POSTGRES_FOLDERS = "/usr/lib/postgresql/*/bin"
# The program whose presence says that the packages are there, and the packages.
PIECES = {
    "python-venv": ("a Python with the venv module", ["python3-venv"]),
    "postgres": ("a PostgreSQL server", ["postgresql"]),
    "psql": ("the PostgreSQL client", ["postgresql-client"]),
    "chromium": ("Chromium", ["chromium", "fonts-dejavu-core"]),
    "wkhtmltopdf": ("wkhtmltopdf", ["wkhtmltopdf"]),
    "node": ("Node.js with npm", ["nodejs", "npm"]),
}


def postgres_program(name):
    """Return the path of a PostgreSQL server program, the newest installed one.

    Debian keeps them out of the search path.
    """
    folders = sorted(Path("/").glob(POSTGRES_FOLDERS.lstrip("/")), key=_version, reverse=True)
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    return None


def _version(folder):
    """Return the version number in the name of a PostgreSQL folder."""
    name = folder.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


def is_there(piece):
    """Tell whether a piece of PIECES is installed."""
    if piece == "python-venv":
        done = run(["python3", "-c", "import ensurepip, venv"], check=False)
        return not done.returncode
    if piece == "postgres":
        return bool(postgres_program("postgres"))
    if piece == "node":
        return bool(shutil.which("node") and shutil.which("npm"))
    return bool(shutil.which(piece))


def need(pieces, log):
    """Install what is missing of some pieces.

    :param list pieces: keys of PIECES
    :param Path log: file the output of apt goes to
    :raise ProblemError: when something is missing and cannot be installed
    """
    missing = [piece for piece in pieces if not is_there(piece)]
    if not missing:
        return
    words = " and ".join(PIECES[piece][0] for piece in missing)
    packages = [package for piece in missing for package in PIECES[piece][1]]
    command = " ".join(["apt-get install", *packages])
    sudo = _sudo()
    if not shutil.which("apt-get") or sudo is None:
        raise ProblemError(
            f"This machine lacks {words}, and installing that needs root: "
            f"run '{command}' as root, then try again."
        )
    with step(f"Installing {words}"):
        apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        run([*apt, "update"], log=log, check=False)
        run([*apt, "install", "-y", "--no-install-recommends", *packages], log=log)
    lacking = [piece for piece in missing if not is_there(piece)]
    if lacking:
        raise ProblemError(
            f"'{command}' went well, but {PIECES[lacking[0]][0]} is still not there."
        )


def _sudo():
    """Return what to put before a command that needs root; None when there is no way."""
    if is_root():
        return []
    if shutil.which("sudo") and not run(["sudo", "-n", "true"], check=False).returncode:
        return ["sudo", "-n"]
    return None
