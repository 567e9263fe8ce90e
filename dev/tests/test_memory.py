"""Databases in memory go with the run that made them, also when it was killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bootstrap import memory as place
from bootstrap.memory import LEFT, LOCATION, clear, make_tablespace


def test_what_a_killed_run_left_is_cleared_and_what_runs_stays(databases, memory, monkeypatch):
    if not memory:
        pytest.skip("no memory to put databases in")
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    monkeypatch.setattr(place.os, "getpid", lambda: ended.pid)
    left = make_tablespace(databases)
    monkeypatch.undo()
    folder = Path(databases.sql(LOCATION.format(name=left)))
    database = f"sale_recurring_left_{os.getpid()}"
    databases.clone(databases.bare(), database, left)
    assert folder.is_dir()
    clear(databases)
    assert not databases.exists(database)
    assert not folder.exists()
    found = databases.sql(LEFT).splitlines()
    assert left not in found
    assert memory in found


def test_a_server_elsewhere_is_given_no_memory(databases, monkeypatch):
    monkeypatch.setitem(databases.place.environ, "PGHOST", "db.example.com")
    assert make_tablespace(databases) is None
