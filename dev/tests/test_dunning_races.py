"""Processes look after the same unpaid invoices at once: each step is done once.

Alone: ``make test ARGS=dev/tests/test_dunning_races.py``. SR_STRESS_CUSTOMERS (20) changes the
size; each customer has three contracts.
"""

import os

import pytest
from stress.herd import Herd

CUSTOMERS = int(os.environ.get("SR_STRESS_CUSTOMERS") or 20)
EACH = 3
CONTRACTS = EACH * CUSTOMERS
WORKERS = 3
LATE = "2027-02-03"
LATER = "2027-02-04"
STEPS = [["charge", "done"], ["remind", "done"], ["activity", "done"]]


@pytest.fixture
def herd(databases, installed, clone, fake, tmp_path):
    """Yield processes on a database with overdue invoices, whose cards are declined."""
    cards = [fake.save_card() for _number in range(CUSTOMERS)]
    fake.declines.update({customer: "insufficient" for customer, _method in cards})
    with Herd(databases.place, clone(installed), tmp_path) as herd:
        herd.run("set_up_dunning", address=fake.address, cards=cards, each=EACH)
        yield herd


def dun_together(herd, day):
    """Let several processes do the steps of a day at once."""
    workers = [herd.start("dun", day=day, gate=f"gate-{day}") for _number in range(WORKERS)]
    herd.open_gate(f"gate-{day}", WORKERS)
    for worker in workers:
        worker.result()


def test_each_step_is_done_once(herd, fake):
    dun_together(herd, LATE)
    herd.run("mails_leave", day=LATE)  # nobody is suspended before
    dun_together(herd, LATER)
    found = herd.run("dunned", day=LATER)
    assert len(found) == CONTRACTS
    for _customer, steps, charges, activities in found:
        assert steps == [*STEPS, ["suspend", "done"]]
        assert charges == 1
        assert activities == 2  # the declined charge, and the call
    assert herd.run("reminders", day=LATER) == [1] * CUSTOMERS
    tries = [
        path for method, path in fake.requests if (method, path) == ("POST", "payment_intents")
    ]
    assert len(tries) == CONTRACTS
    assert fake.captures() == []
    # Core writes every decline to the log.
    assert [line for line in herd.loud_lines() if "Received HTTP 402" not in line] == []
