"""Parts of an amount that is given back add up to it, whatever the parts are."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.money import Currency
from engine.refund import next_part

CENT = Currency("EUR", Decimal("0.01"))
ZERO = Decimal(0)


def test_nothing_is_left_of_what_was_given_back():
    ten = Decimal(10)
    assert next_part(ten, ten, Decimal(1), Decimal(2), CENT) == 0
    assert next_part(ten, Decimal(11), Decimal(1), Decimal(2), CENT) == 0


@given(
    st.integers(-100_000, 100_000),
    st.lists(st.integers(1, 1000), min_size=1, max_size=8),
)
def test_parts_add_up_and_never_turn_round(cents, sizes):
    total, whole = Decimal(cents) / 100, Decimal(sum(sizes))
    given_back, done = ZERO, ZERO
    for size in sizes:
        done += size
        part = next_part(total, given_back, done, whole, CENT)
        assert part * total >= 0
        given_back += part
        assert abs(given_back) <= abs(total)
    assert given_back == total
