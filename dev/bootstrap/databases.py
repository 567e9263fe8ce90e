"""Databases: cached templates, and clones of them with the addon installed."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from .bridges import find_bridges
from .common import ProblemError, locked, run, step
from .settings import ADDON, short_hash

HOLD_STATISTICS = """
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT relid::regclass::text FROM pg_stat_user_tables LOOP
            EXECUTE 'ALTER TABLE ' || name || ' SET (autovacuum_enabled = false)';
        END LOOP;
    END $$
"""


class Databases:
    """The databases that one Odoo makes on one server.

    :param Workplace place: a prepared workplace
    """

    def __init__(self, place):
        self.place = place
        self.settings = place.settings
        given = self.settings.environ.get("ODOO_HOME")
        other = f"_{short_hash(place.source.home)}" if given else ""
        self.bare_template = f"sr_template_bare{other}"
        self.base_template = f"sr_template_base{other}"

    # Plain database work

    def sql(self, query, database="postgres"):
        """Run one query with psql and return its rows as text."""
        done = run(["psql", "-wXAtq", "-d", database, "-c", query], env=self.place.environ)
        return done.stdout.strip()

    def exists(self, name):
        """Tell whether there is a database of that name."""
        return self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "1"

    def note(self, name):
        """Return the note kept with a database (its comment), or an empty text."""
        return self.sql(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            f"WHERE datname = '{name}'"
        )

    def set_note(self, name, text):
        """Keep a note with a database."""
        self.sql(f"COMMENT ON DATABASE \"{name}\" IS '{text}'")

    def filestore(self, name):
        """Return the folder of a database's attachments."""
        return self.settings.data_dir / "filestore" / name

    def drop(self, name):
        """Drop a database and its attachments, whoever is connected."""
        run(["dropdb", "--if-exists", "--force", name], env=self.place.environ)
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def clone(self, source, name, tablespace=None):
        """Make a database from another one that nobody is connected to.

        :param str tablespace: where to put it, when that is not where databases are by default
        """
        self.drop(name)
        place = ["-D", tablespace] if tablespace else []
        run(["createdb", "-T", source, *place, name], env=self.place.environ)
        if self.filestore(source).exists():
            # Odoo changes no file: it writes another one, named by the hash of its content.
            shutil.copytree(self.filestore(source), self.filestore(name), copy_function=os.link)

    # Odoo work

    def odoo(self, *arguments, log="odoo-run"):
        """Run Odoo once and stop; a failure shows the end of its log.

        :param str log: name of the log file
        :return: the log file
        :rtype: Path
        """
        path = self.settings.logs / f"{log}.log"
        path.unlink(missing_ok=True)
        command = [self.settings.python, "-m", "odoo", *arguments, "--stop-after-init", "--no-http"]
        run(command, log=path, env=self.place.environ, cwd=self.settings.cache)
        return path

    def install(self, name, modules, log=None):
        """Install modules in a database."""
        return self.odoo("-d", name, "-i", ",".join(modules), log=log or f"install-{name}")

    def update(self, name, modules, log=None):
        """Update modules in a database."""
        return self.odoo("-d", name, "-u", ",".join(modules), log=log or f"update-{name}")

    def script(self, name, path):
        """Run a script in an Odoo shell, its output going to ours.

        :param Path path: the script; it finds `env` and commits by itself
        :raise ProblemError: when it fails
        """
        command = [self.settings.python, "-m", "odoo", "shell", "-d", name, "--no-http"]
        command += ["--log-level", "warn"]
        with Path(path).open() as stream:
            done = subprocess.run(
                command,
                stdin=stream,
                env=self.place.environ,
                cwd=self.settings.cache,
                check=False,
            )
        if done.returncode:
            raise ProblemError(f"{Path(path).name} failed in the database {name}.")

    # Templates

    def _template(self, name, label, modules, make):
        """Make a template, or bring it up to date.

        Its note says of which Odoo and which modules it is.
        :param function make: makes the database; called when there is none that fits
        """
        with locked(self.settings.cache / f"{name}.lock"):
            release, *have = (self.note(name) or "none").split(" ")
            if release == self._release() and set(modules) <= set(have):
                return name
            if release == self._release():
                modules = sorted({*modules, *have})
            with step(label):
                building = f"{name}_building"
                make(building)
                self.install(building, modules, log=f"install-{name}")
                self.drop(name)
                self._rename(building, name)
                self.set_note(name, " ".join([self._release(), *modules]))
        return name

    def _release(self):
        """Return what a template must have been made with to be of use."""
        source = self.place.source
        manifest = source.home / "odoo" / "addons" / "base" / "__manifest__.py"
        stamp = hashlib.sha256(manifest.read_bytes()).hexdigest()[:6]
        return f"{source.release}-{stamp}"

    def _rename(self, old, new):
        """Rename a database and its attachments."""
        self.sql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
        if self.filestore(old).exists():
            self.filestore(old).rename(self.filestore(new))

    def bare(self):
        """Return the template that has Odoo's base module only, no demo data."""
        return self._template(
            self.bare_template, "Making a bare Odoo database", ["base"], self.drop
        )

    def base(self):
        """Return the template that has all dependencies and a chart of accounts."""
        bare = self.bare()

        def make(name):
            self.clone(bare, name)

        modules = self.settings.modules()
        label = "Making a database with sales, accounting and payments (about 2 minutes)"
        return self._template(self.base_template, label, modules, make)

    def hold_statistics(self, name):
        """Keep a test database as it is for the planner, whatever tests leave behind.

        Tests roll back what they write. A vacuum that finds nothing but their dead rows tells
        the planner that the table is empty, and it then reads large tables again for each row.
        """
        self.sql(HOLD_STATISTICS, name)

    def make_bundles(self, name):
        """Compile scripts and styles now instead of in each test that has a browser."""
        with step("Making scripts and styles for tests with a browser"):
            self.script(name, self.settings.root / "dev" / "bundles.py")

    def new(self, name, *, bridges=False):
        """Make a database with the addon installed, replacing one of that name.

        :param bool bridges: also install the bridges that this Odoo has the modules for
        """
        template = self.base()
        self.clone(template, name)
        if self.settings.manifest():
            modules = [ADDON, *(find_bridges(self.place) if bridges else ())]
            with step(f"Installing {', '.join(modules)} in {name}"):
                self.install(name, modules)

    def install_bridges(self, name):
        """Install the bridges that this Odoo has the modules for, if there are any."""
        bridges = find_bridges(self.place)
        if bridges:
            with step(f"Installing {', '.join(bridges)} in {name}"):
                self.install(name, bridges, log=f"bridges-{name}")
