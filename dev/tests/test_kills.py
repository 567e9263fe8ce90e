"""The billing run is killed, again and again, and bills the same as if nobody had touched it.

Alone: ``make test ARGS=dev/tests/test_kills.py``. SR_STRESS_SEED (1) changes the dice,
SR_STRESS_KILLED (24) the number of contracts.
"""

import os
import time
from datetime import date
from random import Random

from dateutil.relativedelta import relativedelta
from stress.herd import Herd

CONTRACTS = int(os.environ.get("SR_STRESS_KILLED") or 24)
SEED = int(os.environ.get("SR_STRESS_SEED") or 1)
BATCH = 6
KILLED = -9
ENOUGH = 20


def month_end(number):
    """Return the last day of the month of that number, February 2027 being 0."""
    return str(date(2027, 1, 31) + relativedelta(months=number + 1))


def finish(herd, day):
    """Let an undisturbed process bill what is left.

    :return: seconds it took
    """
    start = time.monotonic()
    herd.run("bill", day=day)
    return time.monotonic() - start


def test_killed_run_bills_the_same(databases, contracts_database, tmp_path):
    """Kill the run at every commit, and at random moments after that.

    Just before a commit and just after it in turn: what a kill leaves in the database after one
    commit is what it leaves before the next.
    """
    options = {"contracts": CONTRACTS, "batch": BATCH, "shared": CONTRACTS // 2, "seed": SEED}
    dice = Random(SEED)  # noqa: S311 - the same moments each time
    kills, days, seconds = 0, [], 1.0
    (tmp_path / "killed").mkdir()
    (tmp_path / "twin").mkdir()
    killed, twin = contracts_database(**options), contracts_database(**options)
    with (
        Herd(databases.place, killed, tmp_path / "killed") as herd,
        Herd(databases.place, twin, tmp_path / "twin") as other,
    ):
        die_at = 1
        while True:
            side = "before" if die_at % 2 else "after"
            days.append(day := month_end(len(days)))
            code = herd.start("bill", day=day, die_at=die_at, side=side).wait()
            assert code in (0, KILLED)
            if code == KILLED:
                worker = herd.start("bill", day=day)
                time.sleep(dice.uniform(0.05, seconds))
                worker.kill()
                kills += 1 + (worker.wait() == KILLED)
            seconds = max(finish(herd, day), 0.2)
            if code == 0:  # it has fewer commits than that
                break
            die_at += 1
        other.run("bill", each_day=days)
        print(f"{kills} kills on {len(days)} days, {die_at - 1} commits")
        assert kills >= ENOUGH
        assert die_at > CONTRACTS // BATCH
        assert herd.run("check", day=days[-1], days=days) == []
        assert herd.run("facts", day=days[-1]) == other.run("facts", day=days[-1])
        assert herd.loud_lines() == []
