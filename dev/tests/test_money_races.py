"""Clerks, customers and the run at the same invoices at once: no period is paid twice.

Alone: ``make test ARGS=dev/tests/test_money_races.py``. SR_STRESS_CUSTOMERS (12) changes the size.
"""

import os

import pytest
from stress.herd import Herd

CUSTOMERS = int(os.environ.get("SR_STRESS_CUSTOMERS") or 12)
CHARGE = "ir_cron_charge_subscriptions"


@pytest.fixture
def herd(databases, sold, tmp_path):
    """Yield processes on a database with open invoices, whose cards are good."""
    database, cards = sold(CUSTOMERS)
    with Herd(databases.place, database, tmp_path) as herd:
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


def test_two_clerks_credit_the_same_invoices_while_the_run_charges(herd, fake):
    """No more goes back than was asked; money for what was given back is somebody's to look at."""
    first, second, *_jobs = at_once(
        herd, ("credit_invoices", {}), ("credit_invoices", {}), charge(), charge(2)
    )
    assert first or second
    herd.run("job", job=CHARGE)
    found = herd.run("money_back")
    assert len(found) == CUSTOMERS
    for asked, given, paid, is_told in found:
        assert 0 < given <= asked
        assert paid <= asked
        assert not paid or is_told
    assert herd.run("found_wrong") == []


def test_two_clerks_make_credit_notes_of_the_same_paid_invoices(herd):
    """Drafts count: the second clerk is offered only what the first one left."""
    herd.run("job", job=CHARGE)
    assert herd.run("open_invoices") == 0
    task = ("credit_invoices", {"posts": False})
    at_once(herd, task, task)
    found = herd.run("money_back")
    assert len(found) == CUSTOMERS
    for asked, given, *_rest in found:
        assert 0 < given <= asked


def test_two_clerks_and_the_run_bill_the_same_contracts(herd):
    """Each period is billed once, whoever comes first."""
    day = "2027-02-28"
    first, second, _run = at_once(
        herd, ("bill_by_hand", {"day": day}), ("bill_by_hand", {"day": day}), ("bill", {"day": day})
    )
    assert not set(first) & set(second)
    found = herd.run("money_back")
    asked = [asked for asked, *_rest in found]
    costs = [costs for costs, *_rest in herd.run("money_of_periods")]
    assert asked == [2 * cost for cost in costs]
    assert herd.run("found_wrong", day=day) == []


def test_two_clerks_charge_the_saved_method_by_the_dialog_while_the_run_charges(herd, fake):
    """The money is taken once, whoever comes first."""
    again = ("charge_again", {})
    at_once(herd, ("register_payments", {}), ("register_payments", {}), again, charge())
    herd.run("job", job=CHARGE)
    for costs, paid, _states, is_told in herd.run("money_of_periods"):
        assert paid == [costs]
        assert not is_told
    assert herd.run("open_invoices") == 0
    assert len(fake.captures()) == CUSTOMERS


def test_a_clerk_credits_while_customers_send_the_form_that_they_had_open(herd, fake):
    """What comes in for what was credited is somebody's to look at."""
    herd.run("open_forms", cards=[fake.save_card() for _number in range(CUSTOMERS)])
    sent, credited = at_once(herd, ("send_forms", {}), ("credit_invoices", {}))
    assert (len(sent), len(credited)) == (CUSTOMERS, CUSTOMERS)
    herd.run("job", job=CHARGE)
    found = herd.run("money_back")
    assert len(found) == CUSTOMERS
    for asked, given, paid, is_told in found:
        assert given == paid == asked
        assert is_told
    assert herd.run("found_wrong") == []


def test_a_clerk_confirms_amendments_while_the_run_bills_their_contracts(herd):
    """The period that begins on the day is asked for as it was changed, in whatever order."""
    day = "2027-02-28"
    before = [costs for costs, *_rest in herd.run("money_of_periods")]
    herd.run("draft_amendments", day=day)
    confirmed, _run = at_once(herd, ("confirm_amendments", {"day": day}), ("bill", {"day": day}))
    assert len(confirmed) == CUSTOMERS
    herd.run("bill", day=day)
    found = [asked - given for asked, given, *_rest in herd.run("money_back", day=day)]
    assert found == [2 * costs + before[0] for costs in before]  # the first has one seat
    assert herd.run("found_wrong", day=day) == []
