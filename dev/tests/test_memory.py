"""Databases in memory go with the run that made them, also when it was killed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bootstrap import memory as place
from bootstrap.databases import Databases
from bootstrap.memory import LEFT, LOCATION, clear, drop_tablespace, make_tablespace
from bootstrap.postgres import USER, Cluster
from bootstrap.settings import Settings


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


@pytest.fixture
def own(databases, memory, tmp_path):
    """Yield a server of this test's own, and the databases on it."""
    if not memory:
        pytest.skip("no memory to put databases in")
    settings = Settings.load({**os.environ, "XDG_CACHE_HOME": str(tmp_path)})
    cluster = Cluster(settings)
    cluster.start()
    server = {"PGHOST": str(cluster.socket), "PGPORT": "5432", "PGUSER": USER}
    place = SimpleNamespace(
        settings=settings, source=databases.place.source, environ={**os.environ, **server}
    )
    yield cluster, Databases(place)
    cluster.stop()
    shutil.rmtree(cluster.folder.parent)


def test_a_server_that_breaks_down_starts_again_without_its_memory(own):
    cluster, databases = own

    def break_down():
        cluster._run("pg_ctl", "-D", cluster.data, "-m", "immediate", "-w", "stop")

    left = make_tablespace(databases)
    folder = Path(databases.sql(LOCATION.format(name=left)))
    databases.sql(f"CREATE DATABASE lost TABLESPACE {left}")
    databases.sql("CREATE TABLE number AS SELECT generate_series(1, 10000)", "lost")
    break_down()
    shutil.rmtree(folder)
    cluster.start()
    assert databases.exists("lost")
    drop_tablespace(databases, left)
    assert not folder.exists()
    drop_tablespace(databases, make_tablespace(databases))
    break_down()
    cluster.start()
    assert not databases.exists("lost")
    assert not list(cluster.folder.glob("data-broken-*")), "nothing was set aside"
