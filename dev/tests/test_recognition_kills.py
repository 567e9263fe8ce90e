"""The job that recognises revenue is killed, and raced, and books what it would have booked.

Alone: ``make test ARGS=dev/tests/test_recognition_kills.py``.
"""

import pytest
from stress.herd import Herd

LINES = 9
BATCH = 2
KILLED = -9
DAYS = ("2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01")
WORKERS = 3


@pytest.fixture(scope="module", params=(True, False), ids=("grouped", "one by one"))
def posted(request, databases, installed, keep, tmp_path_factory):
    """Return a database with lines that are deferred."""
    database = keep(installed)
    with Herd(databases.place, database, tmp_path_factory.mktemp("posted")) as herd:
        herd.run("set_up_recognition", lines=LINES, grouped=request.param)
    return database


@pytest.fixture
def pair(posted, databases, clone, tmp_path):
    """Yield two herds on equal databases: one to be disturbed, one left alone."""
    herds = []
    for name in ("disturbed", "twin"):
        (tmp_path / name).mkdir()
        herds.append(Herd(databases.place, clone(posted), tmp_path / name))
    with herds[0] as herd, herds[1] as twin:
        yield herd, twin


def assert_same(herd, twin, day):
    """Both books say the same, and nothing is wrong with either."""
    found, other = herd.run("recognised", day=day), twin.run("recognised", day=day)
    assert found == other
    assert (found["differences"], found["orphans"], found["findings"]) == ([], 0, [])
    assert found["sums"]


def test_killed_job_books_the_same(pair):
    """Killed before and after each commit in turn, then left alone."""
    herd, twin = pair
    kills, die_at = 0, 1
    for day in DAYS:
        if day == DAYS[2]:
            twin.run("recognise", each_day=DAYS[:2], batch=500)
            for one in (herd, twin):
                one.run("reset_some", day=day)
        code = KILLED
        while code == KILLED:
            side = "before" if die_at % 2 else "after"
            code = herd.start("recognise", day=day, batch=BATCH, die_at=die_at, side=side).wait()
            assert code in (0, KILLED)
            kills += code == KILLED
            die_at = die_at % 8 + 1
        herd.run("recognise", day=day, batch=BATCH)
    twin.run("recognise", each_day=DAYS[2:], batch=500)
    print(f"{kills} kills")
    assert kills >= 8
    assert_same(herd, twin, DAYS[-1])


def test_jobs_at_once_book_once(pair):
    """Processes that do not know of each other share the lines."""
    herd, twin = pair
    for day in DAYS:
        workers = [
            herd.start("recognise_unlocked", day=day, batch=BATCH, gate=f"gate-{day}")
            for _number in range(WORKERS)
        ]
        herd.open_gate(f"gate-{day}", WORKERS)
        for worker in workers:
            assert worker.result()
        herd.run("recognise", day=day, batch=BATCH)
    twin.run("recognise", each_day=DAYS, batch=500)
    assert_same(herd, twin, DAYS[-1])
