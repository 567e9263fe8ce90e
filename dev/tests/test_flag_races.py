"""The job that raises red flags is killed, and raced: each contract is dealt with once.

Alone: ``make test ARGS=dev/tests/test_flag_races.py``.
"""

import pytest
from stress.herd import Herd

CONTRACTS = 4
KILLED = -9
JOB = "ir_cron_watch_customers"
WORKERS = 3
ONCE = [1, 1, 1, 1]  # a row of the log, a mail, an activity, a call


@pytest.fixture
def herd(databases, installed, clone, tmp_path):
    """Yield processes on a database with contracts that end soon."""
    with Herd(databases.place, clone(installed), tmp_path) as herd:
        yield herd


def prepare(herd, contracts, limit=0):
    """Let contracts be looked at, then switch their flag on."""
    herd.run("set_up_flags", contracts=contracts, limit=limit, is_on=False)
    herd.run("job", job=JOB)
    herd.run("switch_flag_on")


def test_killed_job_does_everything_once(herd):
    """Killed before and after each commit in turn, then left alone."""
    herd.run("set_up_flags", contracts=CONTRACTS)
    kills, die_at = 0, 1
    for _attempt in range(60):
        side = "before" if die_at % 2 else "after"
        code = herd.start("job", job=JOB, die_at=die_at, side=side).wait()
        assert code in (0, KILLED)
        kills += code == KILLED
        die_at += 1
        if code == 0:
            break
    herd.run("job", job=JOB)
    print(f"{kills} kills")
    assert kills >= 4
    assert herd.run("flagged") == [ONCE] * CONTRACTS


@pytest.mark.parametrize(("contracts", "limit"), [(CONTRACTS, 0), (CONTRACTS, 2)])
def test_the_rest_and_the_limit_hold_for_processes_at_once(herd, contracts, limit):
    """Each saw something else happen; one of them wins, for the others the flag rests."""
    prepare(herd, contracts, limit)
    workers = [
        herd.start("raise_stale", gate="gate", keys=f"number {number}") for number in range(WORKERS)
    ]
    herd.open_gate("gate", WORKERS)
    assert sorted(worker.result() for worker in workers) == ["late", "late", "raised"]
    herd.run("job", job=JOB)
    herd.run("job", job=JOB)
    found = herd.run("flagged")
    assert found.count(ONCE) == (limit or contracts)
    assert found.count([0] * 4) == contracts - (limit or contracts)


def test_jobs_and_run_now_at_once(herd):
    """Processes that do not know of each other do everything once."""
    prepare(herd, CONTRACTS)
    workers = [herd.start("run_flags_now", gate="gate", job=job) for job in (0, 1, 1)]
    herd.open_gate("gate", WORKERS)
    for worker in workers:
        worker.result()
    herd.run("job", job=JOB)
    assert herd.run("flagged") == [ONCE] * CONTRACTS
