"""Clerks, customers and the run at the same invoices at once: no period is paid twice.

Alone: ``make test ARGS=dev/tests/test_money_races.py``. SR_STRESS_CUSTOMERS (12) changes the size.
"""

import os

import pytest
from stress.herd import Herd

CUSTOMERS = int(os.environ.get("SR_STRESS_CUSTOMERS") or 12)
CHARGE = "ir_cron_charge_subscriptions"


@pytest.fixture
def herd(databases, installed, database, fake, tmp_path):
    """Yield processes on a database with open invoices, whose cards are good."""
    databases.clone(installed, database)
    with Herd(databases.place, database, tmp_path) as herd:
        cards = [fake.save_card() for _number in range(CUSTOMERS)]
        herd.run("set_up_charges", address=fake.address, cards=cards)
        herd.cards = cards
        yield herd


def at_once(herd, *tasks):
    """Let processes run at once.

    :param tasks: tuples of a name and a dict of values
    :return: what each returned
    """
    workers = [herd.start(name, gate="gate", **values) for name, values in tasks]
    herd.open_gate("gate", len(workers))
    return [worker.result() for worker in workers]


def charge(worker=1):
    """Return the task of one worker that charges."""
    suffix = f"_{worker}" if worker > 1 else ""
    return ("job", {"job": f"{CHARGE}{suffix}"})


def test_two_clerks_cancel_while_two_workers_charge(herd, fake):
    """An invoice is cancelled or charged; its period is billed and charged again, or not."""
    first, second, *_jobs = at_once(
        herd, ("cancel_invoices", {}), ("cancel_invoices", {}), charge(), charge(2)
    )
    assert not set(first) & set(second)
    assert herd.run("bill", day="2027-01-31")
    herd.run("job", job=CHARGE)
    herd.run("job", job=CHARGE)
    found = herd.run("money_of_periods")
    assert len(found) == CUSTOMERS
    for costs, paid, states, _is_told in found:
        assert paid == [costs]
        assert states.count("posted") == 1
    assert len(fake.captures()) == CUSTOMERS


def test_a_clerk_cancels_while_customers_pay_and_the_run_charges(herd, fake):
    """What comes in twice all the same is said to a person."""
    cards = [fake.save_card() for _number in range(CUSTOMERS)]
    at_once(herd, ("cancel_invoices", {}), ("pay_by_form", {"cards": cards}), charge())
    herd.run("bill", day="2027-01-31")
    herd.run("job", job=CHARGE)
    herd.run("job", job=CHARGE)
    herd.run("job", job="ir_cron_ask_charges")
    for costs, paid, _states, is_told in herd.run("money_of_periods"):
        assert paid == [costs] or is_told


def test_customers_replace_their_method_while_the_run_charges(herd, fake):
    """The contract has the new method, and its invoice is paid once, by either."""
    cards = [fake.save_card() for _number in range(CUSTOMERS)]
    at_once(herd, ("replace_methods", {"cards": cards}), charge(), charge(2))
    herd.run("job", job=CHARGE)
    new = [customer for customer, _method in cards]
    assert [now for now, _paid in herd.run("methods")] == new
    assert all(paid == [costs] for costs, paid, *_rest in herd.run("money_of_periods"))
    assert len(fake.captures()) == CUSTOMERS


def test_a_card_saved_while_paying_replaces_one_that_was_refused(herd, fake):
    """A clerk charges the refused card once more at the moment at which the customer pays."""
    fake.declines.update({customer: "insufficient" for customer, _method in herd.cards})
    herd.run("job", job=CHARGE)
    cards = [fake.save_card() for _number in range(CUSTOMERS)]
    paid, _again, _jobs = at_once(
        herd, ("pay_by_form", {"cards": cards}), ("charge_again", {}), charge()
    )
    methods = [now for now, _last in herd.run("methods")]
    for number, money in enumerate(herd.run("money_of_periods")):
        costs, done, *_rest = money
        if done:
            assert done == [costs]
            assert methods[number] in {customer for customer, _method in cards}
    assert paid
