"""Money that is given back is booked once, whoever tells of it first.

Alone: ``make test ARGS=dev/tests/test_refund_races.py``.
"""

import time
from threading import Event

import pytest
from stress.herd import Herd

ASK = "ir_cron_ask_charges"
KILLED = -9
PATIENCE = 60  # seconds
WAIT = 2.0  # seconds in which a process that need not wait would be done


@pytest.fixture
def herd(databases, sold, tmp_path):
    """Yield processes on a database with one invoice, paid by a card."""
    database, _cards = sold(1)
    with Herd(databases.place, database, tmp_path) as herd:
        herd.run("job", job="ir_cron_charge_subscriptions")
        assert herd.run("open_invoices") == 0
        yield herd


def test_stripe_tells_of_a_refund_before_it_is_committed(herd, fake):
    """Stripe answers the request for the refund only after somebody has heard of it."""
    given, told = Event(), Event()

    def hold(moment):
        if moment == "after":
            given.set()
            assert told.wait(60)

    fake.breaks = hold
    asking = herd.start("refund", amount=4.0)
    assert given.wait(60)
    refunds = fake.ask("GET", "refunds")["data"]
    assert [refund["amount"] for refund in refunds] == [400]
    hearing = herd.start("hear_of_refunds", refunds=refunds)
    time.sleep(WAIT)
    told.set()
    assert asking.result() == "done"
    assert hearing.result() == 200
    assert herd.run("booked_refunds") == [[-400], [400]]
    assert herd.loud_lines() == []


def test_stripe_tells_of_the_same_refund_twice_at_once(herd, fake):
    """It was made at Stripe, so that nobody here knows of it."""
    [(charge, _amount)] = fake.captures()
    refund = fake.ask("POST", "refunds", {"charge": charge, "amount": 300})
    hearing = [herd.start("hear_of_refunds", refunds=[refund], gate="told") for _time in range(3)]
    herd.open_gate("told", len(hearing))
    assert [one.result() for one in hearing] == [200] * len(hearing)
    assert herd.run("booked_refunds") == [[-300], [300]]
    assert herd.loud_lines() == []


def wait_for_refunds(fake):
    """Return the refunds of Stripe, which may still be at it when whoever asked was killed."""
    end = time.monotonic() + PATIENCE
    while not (refunds := fake.ask("GET", "refunds")["data"]) and time.monotonic() < end:
        time.sleep(0.05)
    return refunds


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("is_told", [False, True])
def test_a_refund_that_is_killed_during_the_call_gives_the_money_back_once(
    herd, fake, moment, is_told
):
    """Nobody hears the answer; Stripe tells, or a person tries again, and the job finds out."""
    started = Event()

    def kill(reached):
        if reached == moment:
            assert started.wait(60)
            asking.kill()
            fake.breaks = lambda _moment: None

    fake.breaks = kill
    asking = herd.start("refund", amount=4.0)
    started.set()
    assert asking.wait() == KILLED
    refunds = wait_for_refunds(fake)
    assert [refund["amount"] for refund in refunds] == [400]
    if is_told:
        assert herd.run("hear_of_refunds", refunds=refunds) == 200
    else:
        with pytest.raises(RuntimeError, match="being given back"):
            herd.run("refund", amount=4.0)
    for minute in ("09:06:00", "10:06:00"):
        herd.run("job", job=ASK, time=minute)
    assert [refund["amount"] for refund in fake.ask("GET", "refunds")["data"]] == [400]
    assert herd.run("booked_refunds") == [[-400], [400]]
    assert herd.loud_lines() == []
