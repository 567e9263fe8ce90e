"""A private PostgreSQL cluster, unless PGHOST names a server."""

import os
import pwd
import shutil
import time
from pathlib import Path

from .common import ProblemError, is_root, run, say, step
from .settings import short_hash
from .system import postgres_program

USER = "odoo"
OLDEST = 13
# The cluster holds nothing that cannot be made again, so it may be fast instead of safe.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "2GB",
    "unix_socket_permissions": "0777",
}


class Cluster:
    """The private cluster of one cache."""

    def __init__(self, settings):
        self.owner = self._owner()
        home = settings.cache
        if self.owner:
            # The cache of root cannot be entered by the user that PostgreSQL runs as.
            entry = pwd.getpwnam(self.owner)
            own = Path(entry.pw_dir)
            owned = own.is_dir() and own.owner() == self.owner
            home = own if owned else Path("/var/tmp")  # noqa: S108
            home /= f"sale_recurring-{short_hash(settings.cache)}"
        self.folder = home / "pg"
        self.data = self.folder / "data"
        self.socket = self.folder / "run"

    @staticmethod
    def _owner():
        """Return the user to run as; None when the current one will do."""
        if not is_root():
            return None
        names = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in names else "nobody"

    def _run(self, program, *arguments, check=True):
        """Run a server program as the cluster's owner."""
        command = [postgres_program(program), *arguments]
        if self.owner:
            command = ["runuser", "-u", self.owner, "--", *command]
        return run(command, check=check, cwd="/", log=self.folder / "pg.log")

    def is_running(self):
        """Tell whether the server answers."""
        return (
            self.data.exists()
            and not self._run("pg_ctl", "-D", self.data, "status", check=False).returncode
        )

    def start(self):
        """Start the server, after making the cluster when there is none."""
        if self.is_running():
            return
        if not (self.data / "PG_VERSION").exists():
            with step("Making a private PostgreSQL cluster"):
                self._make()
        if self._start().returncode:
            aside = self.data.with_name(f"data-broken-{time.strftime('%Y%m%d%H%M%S')}")
            say(f"    The private PostgreSQL cluster does not start: set aside as {aside}.")
            self.data.rename(aside)
            self._make()
            if self._start().returncode:
                raise ProblemError(
                    f"The private PostgreSQL server does not start: see {self.folder / 'pg.log'}."
                )

    def _start(self):
        """Start the server and wait until it answers."""
        self._make_lost_places()
        arguments = ["-D", self.data, "-l", self.folder / "server.log", "-w", "-t", "60"]
        return self._run("pg_ctl", *arguments, "start", check=False)

    def _make_lost_places(self):
        """Make empty folders for tablespaces whose own went with the memory of the machine.

        A server that was killed looks for them, and does not start without.
        """
        for link in (self.data / "pg_tblspc").glob("*"):
            if link.is_symlink() and not link.exists():
                place = link.readlink()
                place.mkdir(mode=0o700)
                if self.owner:
                    shutil.chown(place, self.owner)

    def stop(self):
        """Stop the server, whoever is connected."""
        if self.is_running():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def _make(self):
        """Make the folders and the cluster."""
        for folder in (self.folder, self.socket):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.owner:
            for folder in (self.folder.parent, self.folder, self.socket):
                shutil.chown(folder, self.owner)
        shutil.rmtree(self.data, ignore_errors=True)
        arguments = ["-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        self._run("initdb", *arguments)
        lines = {**OPTIONS, "unix_socket_directories": self.socket}
        with (self.data / "postgresql.conf").open("a") as stream:
            stream.writelines(f"{key} = '{value}'\n" for key, value in lines.items())


def connection(settings):
    """Return the PG* variables of the server to use, and start it when it is ours.

    :param Settings settings: its environment may name a server
    :rtype: dict
    :raise ProblemError: when the named server cannot be used
    """
    if not settings.environ.get("PGHOST"):
        cluster = Cluster(settings)
        cluster.start()
        return {"PGHOST": str(cluster.socket), "PGPORT": "5432", "PGUSER": USER}
    names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGPASSFILE")
    variables = {key: settings.environ[key] for key in names if settings.environ.get(key)}
    check_server(variables)
    return variables


def check_server(variables):
    """Check that a given server can be used.

    :param dict variables: PG* variables
    :raise ProblemError: when it does not answer, is too old or gives too few rights
    """
    host = variables["PGHOST"]
    query = (
        "SELECT current_setting('server_version_num')::int / 10000, current_user, rolcreatedb "
        "FROM pg_roles WHERE rolname = current_user"
    )
    environ = {**os.environ, **variables, "PGCONNECT_TIMEOUT": "10"}
    done = run(["psql", "-wXAtqd", "postgres", "-c", query], check=False, env=environ)
    if done.returncode:
        reason = " ".join(done.stdout.split()) or "no answer"
        raise ProblemError(
            f"PGHOST={host} cannot be used ({reason}): unset it to get a private server."
        )
    version, user, can_create = done.stdout.strip().split("|")
    if int(version) < OLDEST:
        raise ProblemError(
            f"PGHOST={host} is PostgreSQL {version}, and Odoo 19 needs {OLDEST} or newer."
        )
    if user == "postgres":
        raise ProblemError(
            f"Odoo refuses to work as the user 'postgres' of PGHOST={host}: "
            "set PGUSER to another one."
        )
    if can_create != "t":
        raise ProblemError(
            f"The user '{user}' of PGHOST={host} may not create databases: grant CREATEDB."
        )
