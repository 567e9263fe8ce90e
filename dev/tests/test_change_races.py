"""A customer presses the button of a change twice at once: it is made, or waits, once.

Alone: ``make test ARGS=dev/tests/test_change_races.py``. SR_STRESS_CUSTOMERS (12) changes the size.
"""

import os

import pytest
from stress.herd import Herd

CUSTOMERS = int(os.environ.get("SR_STRESS_CUSTOMERS") or 12)
DAY = "2027-02-10"


@pytest.mark.parametrize(
    ("payment_mode", "state", "more"),
    [("manual", "sale", 1), ("charge", "sent", 0)],
    ids=["made", "paid first"],
)
def test_a_change_that_is_confirmed_twice(databases, sold, tmp_path, payment_mode, state, more):
    """Both are answered, none does it again, and no fault reaches anybody."""
    database, _cards = sold(CUSTOMERS)
    with Herd(databases.place, database, tmp_path) as herd:
        choices = herd.run("offer_changes", day=DAY, payment_mode=payment_mode)
        assert len(choices) == CUSTOMERS
        values = {"day": DAY, "gate": "gate", "choices": choices}
        workers = [herd.start("confirm_changes", **values) for _number in range(2)]
        herd.open_gate("gate", len(workers))
        ids = [order_id for order_id, _form, _shown in choices]
        assert [worker.result() for worker in workers] == [ids, ids]
        found = herd.run("amendments", day=DAY)
        expected = [[[state], quantity + more] for quantity in range(1, CUSTOMERS + 1)]
        assert found == expected
        assert not herd.loud_lines()
