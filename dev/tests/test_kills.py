"""The billing run is killed, again and again, and bills the same as if nobody had touched it.

Alone: ``make test ARGS=dev/tests/test_kills.py``. SR_STRESS_SEED (1) changes the dice,
SR_STRESS_KILLED (40) the number of contracts.
"""

import os
import time
from datetime import date
from random import Random

from dateutil.relativedelta import relativedelta
from stress.herd import Herd

CONTRACTS = int(os.environ.get("SR_STRESS_KILLED") or 40)
SEED = int(os.environ.get("SR_STRESS_SEED") or 1)
BATCH = 10
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
    """Kill the run before and after every commit, and at random moments after that."""
    options = {"contracts": CONTRACTS, "batch": BATCH, "shared": True, "seed": SEED}
    dice = Random(SEED)
    kills, days, seconds = 0, [], 1.0
    (tmp_path / "killed").mkdir()
    (tmp_path / "twin").mkdir()
    killed, twin = contracts_database(**options), contracts_database(**options)
    with (
        Herd(databases.place, killed, tmp_path / "killed") as herd,
        Herd(databases.place, twin, tmp_path / "twin") as other,
    ):
        die_at, side = 1, "before"
        while True:
            days.append(day := month_end(len(days)))
            undisturbed = other.start("bill", day=day)
            survived = herd.start("bill", day=day, die_at=die_at, side=side).wait() == 0
            kills += not survived
            if not survived:
                worker = herd.start("bill", day=day)
                time.sleep(dice.uniform(0.05, seconds))
                worker.kill()
                kills += worker.wait() == KILLED
            seconds = max(finish(herd, day), 0.2)
            undisturbed.result()
            if survived:
                break
            die_at, side = (die_at, "after") if side == "before" else (die_at + 1, "before")
        print(f"{kills} kills on {len(days)} days, the last at commit {die_at} {side}")
        assert kills >= ENOUGH
        assert die_at > CONTRACTS // BATCH
        assert herd.run("check", day=days[-1], days=days, shared=True) == []
        assert herd.run("facts", day=days[-1]) == other.run("facts", day=days[-1])
        assert herd.loud_lines() == []
