"""A place in memory for databases of a test run, where the machine has one."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from .common import ProblemError

MEMORY = Path("/dev/shm")  # noqa: S108 - there is no other
LABEL = "sale_recurring_memory_"
LEAST_BYTES = 4 * 1024**3
LEFT = f"SELECT spcname FROM pg_tablespace WHERE spcname LIKE '{LABEL}%'"
INSIDE = """
    SELECT datname FROM pg_database JOIN pg_tablespace ON pg_tablespace.oid = dattablespace
     WHERE spcname = '{name}'
"""
LOCATION = "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = '{name}'"


def make_tablespace(databases):
    """Make a tablespace in memory.

    :param Databases databases: on a server of this machine, or another one
    :return: its name; nothing where there is too little memory, or where the server may not use it
    """
    server = Path(databases.place.environ["PGHOST"])
    if not (server.is_dir() and MEMORY.is_dir()):
        return None
    with suppress(ProblemError):
        clear(databases)
    if shutil.disk_usage(MEMORY).free < LEAST_BYTES:
        return None
    name = f"{LABEL}{os.getpid()}"
    folder = Path(tempfile.mkdtemp(prefix=LABEL, dir=MEMORY))
    try:
        shutil.chown(folder, server.owner())
        databases.sql(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
    except (ProblemError, OSError):
        shutil.rmtree(folder)
        return None
    return name


def clear(databases):
    """Drop what runs left that were killed."""
    for name in databases.sql(LEFT).splitlines():
        if not Path(f"/proc/{name.removeprefix(LABEL)}").exists():
            drop_tablespace(databases, name)


def drop_tablespace(databases, name):
    """Drop a tablespace with all that is in it."""
    for database in databases.sql(INSIDE.format(name=name)).splitlines():
        databases.drop(database)
    folder = databases.sql(LOCATION.format(name=name))
    databases.sql(f"DROP TABLESPACE {name}")
    # A server that is killed now must not make it again from its log: its folder is gone.
    databases.sql("CHECKPOINT")
    shutil.rmtree(folder, ignore_errors=True)
