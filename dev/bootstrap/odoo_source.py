"""Odoo 19: the one that ODOO_HOME names, else Debian's package in the cache."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from .common import ProblemError, run, step

SERIES = 19
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# The links inside odoo-19 point into these. Fonts of stable: the newer ones have other file names.
UNSTABLE_PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
)
STABLE_PACKAGES = ("fonts-font-awesome", "fonts-inconsolata")
# A second copy of odoo/addons, and texts.
LEFT_OUT = ("./usr/lib/python3/dist-packages/addons", "./usr/share/doc")
# Debian leaves this file out (background blur in video calls), and the bundle names it.
SELFIE = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
SELFIE_STUB = "window.SelfieSegmentation = class SelfieSegmentation {};\n"


@dataclass(frozen=True)
class OdooSource:
    """An Odoo 19 that can be put on PYTHONPATH."""

    home: Path
    addons_paths: tuple

    @property
    def release(self):
        """Return the release as its own file tells it, such as ``19.0``."""
        return ".".join(str(number) for number in read_release(self.home))

    def addon(self, name):
        """Return the folder of one of Odoo's own addons.

        :raise ProblemError: when there is none of that name
        """
        for folder in self.addons_paths:
            if (folder / name / "__manifest__.py").exists():
                return folder / name
        raise ProblemError(f"Odoo has no addon {name}.")


def read_release(home):
    """Return the first two numbers of the version of an Odoo.

    :param Path home: the folder that holds the package ``odoo``
    :rtype: tuple
    """
    text = (home / "odoo" / "release.py").read_text()
    found = re.search(r"^version_info\s*=\s*\(\s*'?(?:saas~)?(\d+)'?\s*,\s*(\d+)", text, re.M)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def given_source(value):
    """Return the Odoo that ODOO_HOME names.

    :param str value: the variable's value
    :raise ProblemError: when it is not an Odoo 19
    """
    home = Path(value).expanduser()
    if not home.is_dir():
        raise ProblemError(f"ODOO_HOME={value} is not a folder: name one that holds Odoo 19.")
    if not (home / "odoo" / "release.py").exists():
        raise ProblemError(
            f"ODOO_HOME={value} does not hold Odoo: name the folder that has the package "
            "'odoo' (the one with 'odoo-bin' in a checkout)."
        )
    version = read_release(home)
    if version[0] != SERIES:
        raise ProblemError(
            f"ODOO_HOME={value} holds Odoo {version[0]}.{version[1]}, and this addon needs "
            f"Odoo {SERIES}."
        )
    home = home.resolve()
    folders = [home / "odoo" / "addons"]
    if (home / "addons" / "web" / "__manifest__.py").exists():
        folders.append(home / "addons")
    return OdooSource(home, tuple(folders))


def find_source(settings):
    """Return the Odoo to run, after unpacking Debian's when there is no other.

    :param Settings settings: where the cache is
    :rtype: OdooSource
    """
    value = settings.environ.get("ODOO_HOME")
    if value:
        return given_source(value)
    tree = settings.cache / "odoo"
    if not (tree / ".complete").exists():
        with step("Fetching Odoo 19 (Debian's package, 130 MB)"):
            _unpack(settings, tree)
    home = tree / "usr" / "lib" / "python3" / "dist-packages"
    return OdooSource(home, (home / "odoo" / "addons",))


def _unpack(settings, tree):
    """Download Debian's packages and unpack them side by side.

    :param Path tree: folder to make; whatever a broken-off run left there is removed
    """
    shutil.rmtree(tree, ignore_errors=True)
    work = settings.cache / "odoo-download"
    shutil.rmtree(work, ignore_errors=True)
    for folder in (tree, work / "lists" / "partial", work / "debs"):
        folder.mkdir(parents=True)
    log = settings.logs / "odoo.log"
    options = _unstable_options(work)
    run(["apt-get", *options, "update"], log=log)
    apt = ["apt-get", "-o", "APT::Sandbox::User=root"]
    run([*apt, *options, "download", *UNSTABLE_PACKAGES], log=log, cwd=work / "debs")
    run([*apt, "download", *STABLE_PACKAGES], log=log, cwd=work / "debs")
    left_out = " ".join(f"--exclude={path}" for path in LEFT_OUT)
    for package in sorted((work / "debs").glob("*.deb")):
        pipe = f'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" {left_out}'
        run(["bash", "-o", "pipefail", "-c", pipe, "-", package, tree], log=log)
    selfie = tree / "usr" / "lib" / "python3" / "dist-packages" / SELFIE
    selfie.parent.mkdir(parents=True, exist_ok=True)
    selfie.write_text(SELFIE_STUB)
    (tree / ".complete").touch()
    shutil.rmtree(work)


def _unstable_options(work):
    """Return apt options for a private list of Debian unstable's packages.

    The mirror is the machine's own, so that no host name is written down here.
    """
    mirror = debian_mirror()
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    (work / "sources.list").write_text(f"deb {signed}{mirror} sid main\n")
    pairs = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work,
        "APT::Sandbox::User": "root",
    }
    return [part for key, value in pairs.items() for part in ("-o", f"{key}={value}")]


def debian_mirror():
    """Return the address of the Debian mirror that this machine uses.

    :raise ProblemError: when there is none
    """
    if not shutil.which("apt-get"):
        raise ProblemError(
            "This machine has no apt-get to fetch Odoo 19 with: set ODOO_HOME to a folder "
            "that holds Odoo 19."
        )
    done = run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"])
    for line in done.stdout.splitlines():
        origin, label, address = line.split("|", 2)
        if origin == "Debian" and label == "Debian":
            return address
    raise ProblemError(
        "apt-get knows no Debian mirror to fetch Odoo 19 from: run 'apt-get update' as root, "
        "or set ODOO_HOME to a folder that holds Odoo 19."
    )
