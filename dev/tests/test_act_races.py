"""A customer presses the button of an act twice at once, or two that do not go together.

Alone: ``make test ARGS=dev/tests/test_act_races.py``. SR_STRESS_CUSTOMERS (8) changes the size.
"""

import os

import pytest
from stress.herd import Herd

CUSTOMERS = int(os.environ.get("SR_STRESS_CUSTOMERS") or 8)
DAY = "2027-02-10"


def race(databases, sold, folder, *acts):
    """Let two workers do acts at once on all contracts.

    :return: how often each worker was not refused, and what was done to each contract
    """
    database, _cards = sold(CUSTOMERS)
    with Herd(databases.place, database, folder) as herd:
        shown = herd.run("allow_acts", day=DAY, acts=sorted(set(acts)))
        assert len(shown) == CUSTOMERS
        values = {"day": DAY, "gate": "gate", "shown": shown}
        workers = [herd.start("do_acts", act=act, **values) for act in acts]
        herd.open_gate("gate", len(workers))
        results = [worker.result() for worker in workers]
        found = herd.run("done_acts", day=DAY)
        assert not herd.loud_lines()
    return results, found


@pytest.mark.parametrize(
    ("act", "trace"),
    [
        ("pause", {"state": "paused", "pauses": 1}),
        ("close", {"ends": True}),
        ("keep", {}),
        ("resume", {"pauses": 0}),
        ("offer", {"offers": 1, "steps": 3}),
        ("withdraw", {"state": "closed", "ends": True, "credits": 1}),
    ],
)
def test_an_act_that_is_confirmed_twice(databases, sold, tmp_path, act, trace):
    """It is done once, told once, and no fault reaches anybody."""
    results, found = race(databases, sold, tmp_path, act, act)
    assert sum(results) == CUSTOMERS
    for contract in found:
        assert {name: contract[name] for name in (*trace, "told", "credits")} == {
            "credits": 0,
            **trace,
            "told": 1,
        }


def test_a_change_is_taken_back_twice(databases, sold, tmp_path):
    """It is taken back once."""
    results, found = race(databases, sold, tmp_path, "revoke", "revoke")
    assert sum(results) == CUSTOMERS
    assert {contract["planned"] for contract in found} == {0}
    assert len({contract["told"] for contract in found}) == 1


@pytest.mark.parametrize("others", [("close", "pause"), ("close", "offer"), ("pause", "offer")])
def test_two_acts_at_once(databases, sold, tmp_path, others):
    """Each is done as it was shown, or not at all; what was done is what was told."""
    results, found = race(databases, sold, tmp_path, *others)
    assert sum(contract["told"] for contract in found) == sum(results)
    assert sum(results) >= CUSTOMERS
    for contract in found:
        done = contract["ends"] + contract["pauses"] + contract["offers"]
        assert done == contract["told"]
