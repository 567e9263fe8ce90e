"""The program that Odoo calls to turn its styles round for languages read from the right."""

import shutil

from .common import ProblemError, run, say, step
from .settings import short_hash
from .system import need

PACKAGE = "dev/rtl/package.json"


def get_programs(settings):
    """Return the folder in which Odoo finds it, be it there or not."""
    return settings.cache / "rtl-node" / "node_modules" / ".bin"


def install(settings):
    """Install it, or say what looks wrong without it: nothing else needs it.

    :param Settings settings: where clone and cache are
    """
    folder = settings.cache / "rtl-node"
    stamp, wanted = folder / ".complete", short_hash([(settings.root / PACKAGE).read_text()])
    if shutil.which("rtlcss") or (stamp.exists() and stamp.read_text() == wanted):
        return
    log = settings.logs / "rtl.log"
    try:
        need(["node"], log)
        with step("Installing what turns pages round for Arabic or Hebrew"):
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(settings.root / PACKAGE, folder)
            npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
            run(npm, log=log, cwd=folder)
            stamp.write_text(wanted)
    except ProblemError as problem:
        say(f"    Pages in Arabic or Hebrew will be left to right: {problem}")
