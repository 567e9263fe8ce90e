"""Odoo inside this process, on the benchmark's database."""

import contextlib
import os
import resource
import time
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config


def start(database, paths=None):
    """Load Odoo's registry of a database in this process.

    :param str paths: folders with addons, those of the configuration when empty
    :rtype: Registry
    """
    options = ["-d", database, "--no-http", "--log-level", "warn"]
    if paths:
        options += ["--addons-path", paths]
    config.parse_config(options, setup_logging=True)
    return Registry(database)


@contextlib.contextmanager
def environment(registry):
    """Open a transaction as the scheduler does: nothing is cached yet."""
    with registry.cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


@contextlib.contextmanager
def clock(env, day):
    """Let companies believe that it is another day; times stay those of the machine."""
    Company = env.registry["res.company"]
    today = Company._subscription_today
    Company._subscription_today = lambda self: day
    try:
        yield
    finally:
        Company._subscription_today = today


def query_count():
    """Return how many queries this process has sent so far."""
    return sql_db.sql_counter


def cpu_seconds(cr):
    """Return how long this process and its database were at work: other programs do not count.

    :param cr: a cursor of the database; time of its server is 0 where it is on another machine
    """
    cr.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    return time.process_time() + sum(_work_of(pid) for (pid,) in cr.fetchall())


def _work_of(pid):
    """Return for how many seconds a process with one thread was at work, 0 when it is not here."""
    process = Path(f"/proc/{pid}")
    exact = process / "schedstat"
    if exact.exists():  # in nanoseconds: a page is quicker than a tick of the clock below
        return int(exact.read_text().split()[0]) / 1e9
    if not process.exists():
        return 0.0
    # After the name in brackets: user and system time are the 14th and 15th in all.
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def peak_memory():
    """Return the most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def release():
    """Return the version of Odoo."""
    return odoo.release.version
