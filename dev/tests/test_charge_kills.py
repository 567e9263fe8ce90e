"""The charging run is killed at every moment: each invoice is paid once, each card charged once.

Alone: ``make test ARGS=dev/tests/test_charge_kills.py``.
"""

import pytest
from stress.herd import Herd

KILLED = -9
CHARGE = "ir_cron_charge_subscriptions"
ASK = "ir_cron_ask_charges"
CORE = "payment.cron_post_process_payment_tx"
# The commits of a run over three invoices: it begins, says how many there are, keeps each attempt
# and each answer, begins to book with a fresh view, has booked.
LAST_ANSWER, FRESH_VIEW, BOOKED = 8, 9, 10


@pytest.fixture
def herd(request, databases, sold, tmp_path):
    """Yield processes on a database with so many invoices that are due: three by itself."""
    database, _cards = sold(getattr(request, "param", 3))
    with Herd(databases.place, database, tmp_path) as herd:
        yield herd


def invoices(count):
    """Return what lets a test begin with so many invoices that are due."""
    return pytest.mark.parametrize("herd", [count], indirect=True, ids=str)


def find_out(herd):
    """Let the jobs do what is left, some minutes later and again after an hour."""
    for time in ("09:06:00", "10:06:00"):
        herd.run("job", job=ASK, time=time)
        herd.run("job", job=CHARGE, time=time)


def check(herd, fake):
    """Each card was charged once with the amount of its invoice, which was paid once."""
    assert herd.run("open_invoices") == 0
    booked = herd.run("payments")
    assert booked
    for customer, due, payments, charges in booked:
        assert [amount for _id, amount in fake.captures(customer)] == [due], customer
        assert (payments, charges) == ([due], [due])
    assert herd.loud_lines() == []


@invoices(12)
def test_charges_that_are_killed_at_every_commit_take_the_money_once(herd, fake):
    kills, die_at = 0, 1
    while die_at < 40:
        side = "before" if die_at % 2 else "after"
        code = herd.start("job", job=CHARGE, die_at=1 + die_at // 2, side=side).wait()
        assert code in (0, KILLED)
        if code == 0:
            break
        kills += 1
        die_at += 1
    print(f"{kills} kills")
    assert kills >= 8
    find_out(herd)
    check(herd, fake)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_charge_that_is_killed_during_the_call_takes_the_money_once(herd, fake, moment):
    """Before the provider takes the money, and after it, while nobody hears the answer."""
    worker = None

    def kill(reached):
        if reached == moment:
            worker.kill()
            fake.breaks = lambda _moment: None

    worker = herd.start("job", job=CHARGE, gate="ready")
    fake.breaks = kill
    herd.open_gate("ready", 1)
    assert worker.wait() == KILLED
    assert herd.run("open_invoices") == 3
    find_out(herd)
    check(herd, fake)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_connection_that_breaks_leaves_no_doubt(herd, fake, moment):

    def cut(reached):
        if reached == moment:
            raise ConnectionError

    fake.breaks = cut
    herd.run("job", job=CHARGE)
    assert herd.run("open_invoices") == 3
    assert len(fake.captures()) >= (3 if moment == "after" else 0)
    fake.breaks = lambda _moment: None
    find_out(herd)
    assert herd.run("open_invoices") == 0
    for customer, due, payments, charges in herd.run("payments"):
        assert [amount for _id, amount in fake.captures(customer)] == [due]
        assert (payments, charges) == ([due], [due])


@invoices(16)
def test_workers_share_the_charges(herd, fake):
    workers = [
        herd.start("job", job=f"{CHARGE}{suffix}", gate="all") for suffix in ("", "_2", "_3")
    ]
    herd.open_gate("all", len(workers))
    commits = [worker.result() for worker in workers]
    print(f"commits of the workers: {commits}")
    check(herd, fake)


@pytest.mark.parametrize(
    ("die_at", "side"),
    [(LAST_ANSWER, "after"), (FRESH_VIEW, "before"), (FRESH_VIEW, "after"), (BOOKED, "before")],
)
def test_killed_between_the_answers_and_the_booking_it_books_them_once(herd, fake, die_at, side):
    """The last of these dies when all payments are in the database, a moment before the commit."""
    assert herd.start("job", job=CHARGE, die_at=die_at, side=side).wait() == KILLED
    assert (herd.run("open_invoices"), len(fake.captures())) == (3, 3)
    herd.run("job", job=CHARGE, time="09:01:00")
    assert (herd.run("open_invoices"), len(fake.captures())) == (3, 3)
    herd.run("job", job=CHARGE, time="09:06:00")
    check(herd, fake)
    find_out(herd)
    check(herd, fake)


def test_killed_after_the_booking_it_books_nothing_again(herd, fake):
    assert herd.start("job", job=CHARGE, die_at=BOOKED, side="after").wait() == KILLED
    check(herd, fake)
    find_out(herd)
    check(herd, fake)


def test_everybody_who_books_what_was_left_books_it_once(herd, fake):
    assert herd.start("job", job=CHARGE, die_at=FRESH_VIEW, side="after").wait() == KILLED
    jobs = (CHARGE, f"{CHARGE}_2", ASK, CORE)
    workers = [herd.start("job", job=job, gate="left", time="09:06:00") for job in jobs]
    herd.open_gate("left", len(workers))
    for worker in workers:
        worker.result()
    find_out(herd)
    check(herd, fake)
