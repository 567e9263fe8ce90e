"""Where things are: the clone, the cache, Odoo, and what the environment says."""

import ast
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

ADDON = "sale_recurring"
ROOT = Path(__file__).resolve().parents[2]

# What an accounting database with payments needs besides the addon's own dependencies.
BASE_MODULES = (
    "sale_management",
    "account_payment",
    "payment_demo",
    "payment_stripe",
    "base_automation",
)
# Folders that do not change what an installed addon looks like; neither do hidden ones.
UNINSTALLED = {"dev", "tests", "__pycache__"}


def short_hash(text):
    """Return eight characters that stand for a longer text."""
    return hashlib.sha256(str(text).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Settings:
    """The paths of one clone and one cache."""

    root: Path
    cache: Path
    environ: dict

    @classmethod
    def load(cls, environ=None, root=ROOT):
        """Read the settings from the environment.

        :param dict environ: variables to read instead of the process's own
        :param Path root: the clone
        """
        environ = dict(os.environ if environ is None else environ)
        home = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(root, Path(home) / ADDON, environ)

    @property
    def venv(self):
        """Return the folder of the virtual environment."""
        return self.cache / "venv"

    @property
    def python(self):
        """Return the interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def logs(self):
        """Return the folder of log files."""
        return self.cache / "logs"

    @property
    def data_dir(self):
        """Return Odoo's data folder, which holds the file stores."""
        return self.cache / "data"

    @property
    def addons(self):
        """Return the addons folder that shows this clone under its technical name."""
        return self.cache / f"addons-{short_hash(self.root)}"

    @property
    def addon(self):
        """Return the path of the clone under its technical name (a symbolic link)."""
        return self.addons / ADDON

    @property
    def config(self):
        """Return Odoo's configuration file for this clone."""
        return self.addons / "odoo.conf"

    def link_addon(self):
        """Make the clone visible under the technical name, whatever its folder is called."""
        self.addons.mkdir(parents=True, exist_ok=True)
        if not self.addon.is_symlink():
            self.addon.symlink_to(self.root)

    def manifest(self):
        """Return the addon's manifest, or nothing as long as there is none."""
        path = self.root / "__manifest__.py"
        return ast.literal_eval(path.read_text()) if path.exists() else {}

    def modules(self):
        """Return the modules of the template database, sorted."""
        return sorted({*BASE_MODULES, *self.manifest().get("depends", ())})

    def source_hash(self):
        """Return a hash over all files that decide what an installed addon looks like."""
        digest = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            relative = path.relative_to(self.root)
            hidden = any(part.startswith(".") for part in relative.parts)
            if hidden or UNINSTALLED & set(relative.parts) or not path.is_file():
                continue
            digest.update(f"{relative}\n".encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]
