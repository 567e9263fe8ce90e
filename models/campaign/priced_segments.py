"""The segments of a line a campaign may price: of its contract, and of the renewal on offer."""

from ...engine.ending import split_end
from ...engine.money import to_decimal
from ...engine.price_rise import regular_discount


def is_renewal_offered(order):
    """Return whether a contract that ends with its term is still to be offered a renewal.

    One that somebody closed, that goes on already, or whose renewal is at the list prices of its
    first day, takes no price beyond its own end.

    :param order: one `sale.order`
    """
    return bool(
        order.subscription_end_date
        and order._get_end_action() == "quote"
        and not order.subscription_has_planned_end
        and not order._get_confirmed_renewal()
        and order.subscription_renewal_price != "list"
    )


def get_priced_segments(line):
    """Return the segments of a contract line that a campaign may price, as engine segments.

    Beyond the term of a contract they are what its renewal quotation offers.
    """
    if is_renewal_offered(line.order_id):
        return list(line._get_whole_plan())
    return line._get_engine_segments()


def get_regular_discount(line, day):
    """Return the discount of a contract line from a day on, limited ones aside, as `Decimal`."""
    return regular_discount(get_priced_segments(line), day) or to_decimal(0)


def store_later_price(line, change):
    """Let a price hold also for days after the end of the contract, should it go on.

    :param line: the contract line
    :param change: function from engine segments to those with the price
    :return: the engine segments that are left to the contract itself
    """
    order = line.order_id
    if is_renewal_offered(order):
        segments = change(line._get_whole_plan())
        segments, remainder = split_end(segments, order.subscription_end_date)
        line._store_remainder(remainder)
        return segments
    line._change_remainder(change)
    return change(line._get_engine_segments())
