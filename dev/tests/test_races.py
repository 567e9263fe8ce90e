"""Four workers bill the same contracts at the same time while somebody edits them.

Alone: ``make test ARGS=dev/tests/test_races.py``. SR_STRESS_CONTRACTS (240), SR_STRESS_SEED (1)
and SR_STRESS_BATCH (15) change the size and the dice.
"""

import os

import pytest
from stress.herd import Herd

# Five times each kind of four that share an invoice: of each kind some are edited, others left.
CONTRACTS = int(os.environ.get("SR_STRESS_CONTRACTS") or 240)
SEED = int(os.environ.get("SR_STRESS_SEED") or 1)
# Sixteen batches, in each of which a worker can meet another one.
BATCH = int(os.environ.get("SR_STRESS_BATCH") or 15)
WORKERS = 4
# By the first day every contract is due, and again on each of the others.
DAYS = ["2027-02-28", "2027-03-31", "2027-04-30"]


@pytest.mark.parametrize("shared", [False, True], ids=["single", "shared"])
def test_each_span_is_billed_once(databases, contracts_database, tmp_path, shared):
    """Nothing is billed twice or missed, and no clash of processes reaches anybody."""
    name = contracts_database(
        contracts=CONTRACTS, batch=BATCH, shared=CONTRACTS if shared else 0, seed=SEED
    )
    with Herd(databases.place, name, tmp_path) as herd:
        for day in DAYS:
            gate = f"gate-{day}"
            editor = herd.start("edit", day=day, seed=f"{SEED} {day}", gate=gate)
            workers = [
                herd.start("bill", day=day, worker=number, gate=gate)
                for number in range(1, WORKERS + 1)
            ]
            herd.open_gate(gate, WORKERS + 1)
            results = [worker.result() for worker in workers]
            (tmp_path / f"{gate}.done").touch()
            edits = editor.result()
            print(day, results, edits["acts"], f"{herd.retried()} statements tried again")
            assert not edits["errors"]
            assert edits["acts"]
            herd.run("bill", day=day)  # what was edited at the very end
        assert herd.run("check", day=DAYS[-1], days=DAYS) == []
        assert herd.run("rebuilt") > 0
        assert herd.loud_lines() == []


def test_change_on_an_old_picture_is_repeated(databases, contracts_database, tmp_path):
    """A change that began before a contract was billed counts on what was billed meanwhile."""
    name = contracts_database(contracts=12, batch=BATCH, shared=0, seed=SEED)
    with Herd(databases.place, name, tmp_path) as herd:
        late = herd.start("plan_late", day=DAYS[0], gate="late")
        herd.wait_for("late", 1)
        herd.run("bill", day=DAYS[0])
        herd.open_gate("late", 1)
        late.result()
        assert herd.run("check", day=DAYS[0], days=DAYS[:1]) == []
        assert herd.loud_lines() == []


def test_index_refuses_what_no_lock_prevented(databases, contracts_database, tmp_path):
    """Two processes that both took the same contracts as due cannot both bill them."""
    name = contracts_database(contracts=12, batch=BATCH, shared=0, seed=SEED)
    with Herd(databases.place, name, tmp_path) as herd:
        workers = [herd.start("bill_unlocked", day=DAYS[0], gate="picked") for _number in range(2)]
        herd.open_gate("picked", 2)
        results = sorted(worker.result() for worker in workers)
        assert results == ["billed", "subscription_billed_period_revision_unique"]
        herd.run("bill", day=DAYS[0])
        assert herd.run("check", day=DAYS[0], days=DAYS[:1]) == []


def test_group_waits_for_a_member_that_is_edited(databases, contracts_database, tmp_path):
    """Contracts that share an invoice are billed together, or a little later."""
    name = contracts_database(contracts=12, batch=BATCH, shared=12, seed=SEED)
    with Herd(databases.place, name, tmp_path) as herd:
        herd.run("bill", day=DAYS[0])
        holder = herd.start("hold", day=DAYS[1], gate="held")
        herd.wait_for("held", 1)
        worker = herd.start("bill", day=DAYS[1], tell="tried")
        herd.wait_for("tried", 1)
        herd.open_gate("held", 1)
        holder.result()
        assert worker.result()["jobs"] > 1
        assert herd.run("check", day=DAYS[1], days=DAYS[:2]) == []
        assert herd.loud_lines() == []
