"""Odoo inside this process, on the benchmark's database."""

import contextlib
import resource

import odoo
from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config


def start(database):
    """Load Odoo's registry of a database in this process.

    :rtype: Registry
    """
    config.parse_config(["-d", database, "--no-http", "--log-level", "warn"], setup_logging=True)
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


def peak_memory():
    """Return the most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def release():
    """Return the version of Odoo."""
    return odoo.release.version
