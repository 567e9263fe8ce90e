"""Discounts that stand on an invoice without days, and the lines beside them that they lower."""

from .invoice_money import ZERO


def get_discounts(move, get_money):
    """Return the discounts of an invoice, with the lines that bear each of them.

    A discount is a negative line that bills no period: it lowers the lines of the same taxes, or
    all of them when there are none. One that is larger than what they ask for pays them whole, and
    lowers the others by the rest. Of an invoice that contracts share it lowers the lines of its own
    contract. What rounds to coins belongs to all lines.

    :param move: the document
    :param get_money: function that returns the `Money` that a line asks for
    :rtype: list[tuple]
    """
    lines = move.line_ids.filtered(lambda line: line.display_type == "product")
    # A share has the other sign than its discount; what is corrected, or taken back, has its sign.
    lines = lines.filtered(lambda line: line.balance * get_first(line).balance >= 0)
    priced = lines.filtered(lambda line: get_money(line).untaxed > 0)
    discounts = lines.filtered(
        lambda line: get_money(line).untaxed < 0 and not line.subscription_billed_period_ids
    )
    found = []
    for contract, own in discounts.grouped(get_contract).items():
        beside = get_lines_of_contract(priced, contract)
        found += _get_bearers(own, beside, get_money)
    return found + [
        (line, priced)
        for line in move.line_ids
        if line.display_type == "rounding" and get_money(line).untaxed
    ]


def get_first(line):
    """Return the line that first asked for what a line of a document gives back, or asks again.

    A credit that was netted on an invoice may be taken back, an invoice of that be corrected.

    :rtype: account.move.line
    """
    while origin := line.subscription_origin_line_id or _get_credited(line):
        line = origin
    return line


def _get_credited(line):
    """Return the line of another document of which the run gives something back by this one."""
    rows = line.subscription_billed_period_ids.filtered(lambda row: row.kind == "credit")
    return (rows.reverses_id.invoice_line_id - line)[:1]


def get_contract(line):
    """Return the order that a line of a document bills, or corrects what another billed of it.

    :rtype: sale.order
    """
    return (line.sale_line_ids or get_first(line).sale_line_ids).order_id


def get_lines_of_contract(lines, contract):
    """Return those of the lines that bill a contract, all of them when there are none.

    :param lines: lines of one document
    :param contract: `sale.order`, maybe empty
    """
    own = lines.filtered(lambda line: contract and get_contract(line) == contract)
    return own or lines


def _get_bearers(discounts, priced, get_money):
    """Return discounts of one contract, each with those of the lines that bear it.

    Those that have lines of their taxes come first: the others lower what these leave.

    :rtype: list[tuple]
    """
    by_taxes = discounts.grouped("tax_ids")
    bearers = {}
    for taxes, own in priced.grouped("tax_ids").items():
        together = own | by_taxes.get(taxes, own)
        if sum((get_money(line).total for line in together), ZERO) >= 0:
            bearers[taxes] = own
    first = discounts.filtered(lambda line: is_of_own_taxes(line, priced))
    return [(line, bearers.get(line.tax_ids, priced)) for line in first | discounts]


def is_of_own_taxes(discount, priced):
    """Return whether there are lines of the taxes of a discount, which it lowers before others."""
    return any(line.tax_ids == discount.tax_ids for line in priced)


def get_before(discount, bearers, beside):
    """Return the discounts that lower the lines of their own taxes before another one lowers all.

    A line that its own voucher pays whole bears nothing of a gift card beside it.

    :param discount: the other one
    :param bearers: lines that bear it
    :param list beside: all discounts of its document, as :func:`get_discounts` returns them
    :return: lines of discounts, none for one that has lines of its taxes
    :rtype: list
    """
    if discount.display_type != "product" or is_of_own_taxes(discount, bearers):
        return []
    return [
        other
        for other, of_other in beside
        if other.display_type == "product"
        and of_other <= bearers
        and is_of_own_taxes(other, bearers)
    ]
