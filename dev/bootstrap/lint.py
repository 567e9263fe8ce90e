"""``make lint``: every checker on a copy that carries the addon's technical name.

With the addon at the root of the repository, some checkers find no addon and say that
all is well. So each of them is first given a planted error, and must find it.
"""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .bridges import BRIDGES, all_bridges
from .common import ProblemError, run, say, step
from .settings import ADDON, short_hash
from .sizes import too_large
from .system import need

PYTHON_TOOLS = "dev/requirements-lint.txt"
NODE_TOOLS = "dev/lint/package.json"
CONFIG = Path(ADDON) / "dev" / "lint"
# OCA's own file names, and two habits that Odoo's own XML files do not have.
OCA_LEFT_OUT = (
    "prefer-readme-rst",
    "weblate-component-too-long",
    "xml-field-numeric-without-eval",
    "xml-header-wrong",
)


@dataclass(frozen=True)
class Checker:
    """One tool.

    :ivar str name: what to call it
    :ivar list command: what to run in the folder that holds the addon's copy
    :ivar list fix: what repairs what it can; empty when there is nothing
    :ivar str file: where to plant an error
    :ivar str plant: the planted error
    :ivar str finding: what the tool says about it
    :ivar str needs: pattern of files without which there is nothing to check
    """

    name: str
    command: list
    file: str
    plant: str
    finding: str
    fix: tuple = ()
    needs: str = "*"


class Tools:
    """The programs, in the cache.

    :param Settings settings: where clone and cache are
    """

    def __init__(self, settings):
        self.settings = settings
        self.python = settings.cache / "lint-venv" / "bin"
        self.node = settings.cache / "lint-node"

    def install(self):
        """Install what is missing or has another version."""
        log = self.settings.logs / "lint-tools.log"
        need(["python-venv", "node"], log)
        wanted = [(self.settings.root / name).read_text() for name in (PYTHON_TOOLS, NODE_TOOLS)]
        stamp = self.node / ".complete"
        if stamp.exists() and stamp.read_text() == short_hash(wanted):
            return
        with step("Installing the checkers"):
            run([sys.executable, "-m", "venv", self.python.parent], log=log)
            requirements = self.settings.root / PYTHON_TOOLS
            run([self.python / "pip", "install", "-r", requirements], log=log)
            self.node.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.settings.root / NODE_TOOLS, self.node)
            npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
            run(npm, log=log, cwd=self.node)
            stamp.write_text(short_hash(wanted))

    def checkers(self):
        """Return the checkers, with the paths of their programs."""
        return [*self._python_checkers(), *self._web_checkers()]

    def _python_checkers(self):
        """Return the checkers that come from Python's registry."""
        ruff, planted = self.python / "ruff", "models/planted.py"
        rules = f"--rcfile={CONFIG / 'pylintrc'}"
        left_out = ",".join(OCA_LEFT_OUT)
        # Both take an addon for what it is only when its own folder is named.
        bridges = [f"{ADDON}/{BRIDGES}/{name}" for name in all_bridges(self.settings)]
        return [
            Checker(
                "ruff",
                [ruff, "check", "--output-format", "concise", ADDON],
                planted,
                "import os\n",
                "F401",
                (ruff, "check", "--fix", ADDON),
            ),
            Checker(
                "ruff format",
                [ruff, "format", "--check", "--output-format", "concise", ADDON],
                planted,
                "x  =  1\n",
                "planted.py",
                (ruff, "format", ADDON),
            ),
            Checker(
                "pylint-odoo",
                [self.python / "pylint", rules, ADDON, *bridges],
                planted,
                "def commit(self):\n    self.env.cr.commit()\n",
                "invalid-commit",
            ),
            Checker(
                "oca-checks-odoo-module",
                [self.python / "oca-checks-odoo-module", "-d", left_out, ADDON, *bridges],
                "views/menus.xml",
                '<odoo><record id="a" model="x"/><record id="a" model="x"/></odoo>\n',
                "xml-duplicate-record-id",
            ),
        ]

    def _web_checkers(self):
        """Return the checkers that come from npm's registry."""
        # The configuration imports a package, which Node looks for beside the file.
        shutil.copy(self.settings.root / "dev" / "lint" / "eslint.config.mjs", self.node)
        modules = self.node / "node_modules"
        plugin = modules / "@prettier" / "plugin-xml" / "src" / "plugin.js"
        prettier = [modules / ".bin" / "prettier", "--config", CONFIG / "prettier.json"]
        prettier += ["--plugin", plugin]
        eslint = [modules / ".bin" / "eslint", "--config", self.node / "eslint.config.mjs"]
        xml, script = f"{ADDON}/**/*.xml", f"{ADDON}/**/static/**/*.js"
        return [
            Checker(
                "prettier",
                [*prettier, "--check", xml],
                "views/planted.xml",
                "<odoo>\n<a></odoo>\n",
                "planted.xml",
                (*prettier, "--write", xml),
            ),
            Checker(
                "eslint",
                [*eslint, script],
                "static/src/planted.js",
                "var x = 1;\n",
                "no-var",
                (*eslint, "--fix", script),
                "**/static/**/*.js",
            ),
        ]


def copy_addon(settings, folder):
    """Copy the files that git knows or would add, under the technical name.

    :param Path folder: where to put them
    """
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    done = run(command, cwd=settings.root, check=False)
    if done.returncode:
        raise ProblemError(f"make lint needs a git clone, and {settings.root} is none.")
    for name in done.stdout.splitlines():
        source = settings.root / name
        if source.is_file():
            target = folder / ADDON / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def finds_planted_error(checker, folder):
    """Tell whether a checker finds the error planted for it."""
    path = folder / ADDON / checker.file
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(checker.plant)
    done = run(checker.command, cwd=folder, check=False)
    if before is None:
        path.unlink()
    else:
        path.write_bytes(before)
    return done.returncode and checker.finding in done.stdout


def bring_back(settings, folder):
    """Copy the files that the checkers repaired into the clone."""
    for path in sorted((folder / ADDON).rglob("*")):
        original = settings.root / path.relative_to(folder / ADDON)
        if original.is_file() and path.read_bytes() != original.read_bytes():
            original.write_bytes(path.read_bytes())
            say(f"    repaired {original.relative_to(settings.root)}")


def run_lint(settings, arguments):
    """Run the checkers: [--fix].

    :return: 1 when there are findings
    :rtype: int
    """
    tools = Tools(settings)
    tools.install()
    failed = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_addon(settings, folder)
        for checker in tools.checkers():
            say(f"==> {checker.name}")
            if not finds_planted_error(checker, folder):
                raise ProblemError(f"{checker.name} does not find an error planted for it.")
            if not any((folder / ADDON).glob(checker.needs)):
                continue
            if "--fix" in arguments and checker.fix:
                run(checker.fix, cwd=folder, check=False)
            done = run(checker.command, cwd=folder, check=False)
            if done.returncode:
                failed.append(checker.name)
                say(done.stdout)
        if "--fix" in arguments:
            bring_back(settings, folder)
        say("==> sizes")
        sizes = too_large(folder / ADDON)
        if sizes:
            failed.append("sizes")
            say("\n".join(sizes))
    say(f"Findings: {', '.join(failed)}" if failed else "No findings.")
    return 1 if failed else 0
