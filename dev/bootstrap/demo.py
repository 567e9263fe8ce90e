"""``make demo``: a database with a living history, served."""

import datetime
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from . import rtl
from .common import ProblemError, say, step
from .databases import Databases
from .settings import ADDON, short_hash

DATABASE = "sale_recurring_demo"
SEEDED = "sale_recurring_demo_seeded"
# The seed may leave lines about its users here, to be printed at every start.
LOGINS_PARAMETER = "sale_recurring_demo.logins"
# The demo bills by itself, but it sends no mail and asks nobody for news.
PREPARE_DATABASE = """
for xmlid in (
    'mail.ir_cron_module_update_notification',
    'mail.ir_cron_mail_scheduler_action',
    'account.ir_cron_account_move_send',
    'digest.ir_cron_digest_scheduler_action',
):
    cron = env.ref(xmlid, raise_if_not_found=False)
    if cron:
        cron.active = False
env.cr.commit()
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
"""
ANSWER_SECONDS = 120


class Demo:
    """The demo database of one clone.

    :param Workplace place: a prepared workplace
    """

    def __init__(self, place):
        self.place = place
        self.settings = place.settings
        self.databases = Databases(place)
        self.seed = self.settings.root / "dev" / "seed.py"

    def seed_key(self):
        """Return a text that changes when the demo data have to be made anew."""
        files = [self.seed, *sorted((self.settings.root / "dev" / "seed").rglob("*.py"))]
        texts = [path.read_text() for path in files if path.exists()]
        return short_hash([str(self.settings.root), self.place.source.home, *texts])

    def make(self, *, reset):
        """Bring the demo database up to date.

        :param bool reset: start again from the seed's data
        """
        seed, addon = self.seed_key(), self.settings.source_hash()
        had = self.databases.note(DATABASE).split(" ")
        if reset or had[0] != seed:
            if had[0] and not reset:
                say("==> The demo data changed since the last time: making them anew.")
            self._rebuild(seed, addon)
        elif had != [seed, addon]:
            with step(f"Updating {ADDON} in {DATABASE}"):
                self.databases.update(DATABASE, [ADDON])
            self.databases.install_bridges(DATABASE)
            self._prepare_database(DATABASE)
        else:
            return
        self.databases.set_note(DATABASE, f"{seed} {addon}")

    def _rebuild(self, seed, addon):
        """Make the demo database from the seed, or from today's copy of the seed's result."""
        wanted = f"{seed} {addon} {datetime.datetime.now().astimezone():%Y-%m-%d}"
        if self.databases.note(SEEDED) != wanted:
            self.databases.new(SEEDED, bridges=True)
            with step("Making demo data (about a year of history)"):
                self._live_and_prepare(SEEDED)
            self.databases.set_note(SEEDED, wanted)
        with step(f"Making the database {DATABASE}"):
            self.databases.clone(SEEDED, DATABASE)

    def _live_and_prepare(self, name):
        """Give a database its history while another process compiles its styles and scripts.

        Both only add rows, the one to attachments of pages that the other never reads.
        """
        with ThreadPoolExecutor(max_workers=1) as pool:
            pages = pool.submit(self._prepare_database, name)
            if self.seed.exists():
                self.databases.script(name, self.seed)
            pages.result()

    def _prepare_database(self, name):
        """Compile styles and scripts now instead of at the first click, and switch mails off."""
        path = self.settings.addons / "prepare_database.py"
        path.write_text(PREPARE_DATABASE)
        with step("Preparing pages"):
            self.databases.script(name, path)

    def logins(self):
        """Return the lines to print about who can log in."""
        query = f"SELECT value FROM ir_config_parameter WHERE key = '{LOGINS_PARAMETER}'"
        extra = self.databases.sql(query, DATABASE)
        return ["admin / admin", *extra.splitlines()]

    def serve(self, host, port):
        """Serve the demo until Ctrl-C.

        :return: the exit code of the server
        :rtype: int
        """
        command = [self.settings.python, "-m", "odoo", "-d", DATABASE]
        command += ["--db-filter", f"^{DATABASE}$", "--log-level", "warn"]
        command += ["--http-interface", host, "--http-port", str(port)]
        command += ["--max-cron-threads", "1"]
        # Whoever ends this process wants the server to end too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        server = subprocess.Popen(
            [str(part) for part in command], env=self.place.environ, cwd=self.settings.cache
        )
        try:
            shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104
            url = f"http://{shown}:{port}"
            _wait_for(f"http://{'127.0.0.1' if shown == 'localhost' else host}:{port}", server)
            say(f"\nThe demo is ready: {url}")
            for line in self.logins():
                say(f"    log in as {line}")
            say("Stop it with Ctrl-C.")
            return server.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            server.terminate()
            server.wait()


def _wait_for(url, server):
    """Wait until the server answers.

    :raise ProblemError: when it ends or stays silent
    """
    with step("Starting the server"):
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline and server.poll() is None:
            try:
                with urllib.request.urlopen(f"{url}/web/login", timeout=60):  # noqa: S310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
    raise ProblemError("The server did not start: its last lines are above.")


def check_port(host, port):
    """Check that the demo can listen.

    :raise ProblemError: when the port is no port, or taken
    """
    if not re.fullmatch(r"\d{2,5}", port):
        raise ProblemError(f"PORT={port} is not a port number: try make demo PORT=8070.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except (OSError, OverflowError) as error:
            raise ProblemError(
                f"Port {port} of {host} cannot be used ({error}): "
                f"try make demo PORT={int(port) + 1}."
            ) from error


def run_demo(place, arguments):
    """Make the demo database, and serve it unless DEMO_SERVE is 0: [--reset]."""
    environ = place.settings.environ
    host, port = environ.get("HOST") or "127.0.0.1", environ.get("PORT") or "8069"
    serving = environ.get("DEMO_SERVE", "1") != "0"
    if serving:
        check_port(host, port)
    if not place.settings.manifest():
        raise ProblemError(f"There is no __manifest__.py in {place.settings.root}.")
    rtl.install(place.settings)
    demo = Demo(place)
    demo.make(reset="--reset" in arguments)
    if serving:
        return demo.serve(host, port)
    for line in demo.logins():
        say(f"    {DATABASE}: log in as {line}")
    return 0
