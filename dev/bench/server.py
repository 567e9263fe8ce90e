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
    ticks = 0
    for (pid,) in cr.fetchall():
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            # After the name in brackets: user and system time are the 14th and 15th in all.
            ticks += sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def peak_memory():
    """Return the most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def release():
    """Return the version of Odoo."""
    return odoo.release.version
