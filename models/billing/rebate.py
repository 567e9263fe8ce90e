"""Rebates that are sold once: an invoice bears them as far as it goes, the rest is carried on."""

from .tax_totals import TaxTotals

# Each try leaves a cent or nothing of what the one before was too much.
TRIES = 5


def is_rebate(base_line):
    """Tell whether a base line of the tax engine is a discount that is sold once.

    :param dict base_line: of an order line
    :rtype: bool
    """
    line = base_line["record"]
    if line._name != "sale.order.line" or line.recurrence_id or line.is_downpayment:
        return False
    return base_line["price_unit"] * base_line["quantity"] < 0


def fit_rebates(base_lines, order):
    """Lower the rebates of one invoice to what it asks for, taxes included: no invoice is negative.

    They are taken in order: the one that the invoice cannot bear is cut, those behind it wait. What
    the invoice asks for is known of all its lines together only: taxes may be rounded over all of
    them, and lowered by what an early payment takes off.

    :param list base_lines: base lines of the tax engine of all lines of the invoice
    :param order: the order that is billed
    :return: the base lines that the invoice has, the cut ones with a lower price
    :rtype: list[dict]
    """
    fitting = [base for base in base_lines if not is_rebate(base)]
    if len(fitting) == len(base_lines):
        return base_lines
    currency = order.currency_id
    for base in filter(is_rebate, base_lines):
        if currency.compare_amounts(_get_total([*fitting, base], order), 0) >= 0:
            fitting.append(base)
            continue
        cut = _cut(base, fitting, order)
        if is_rebate(cut):
            fitting.append(cut)
        break
    borne = {base["record"]: base for base in fitting if is_rebate(base)}
    return [
        borne[base["record"]] if is_rebate(base) else base
        for base in base_lines
        if not is_rebate(base) or base["record"] in borne
    ]


def note_unbearable(invoices, credit_notes):
    """Let what an invoice cannot bear, taxes included, become credit notes: none is negative.

    Credits are netted by their amounts without taxes; taxes per piece and cents may turn the total.
    Recurring rebates stay as long as what is sold with them pays for them.

    :param dict invoices: lists of `DueItem` by order, changed in place
    :param dict credit_notes: lists of `DueItem` by the invoice that they undo, changed in place
    """
    for order, items in list(invoices.items()):
        lowering = [due for due in items if due.amount < 0]
        if not lowering:
            continue
        once = _get_sold_once(order)
        while lowering and _is_unbearable(items, once, order):
            due = lowering.pop()
            items.remove(due)
            credit_notes.setdefault(due.row.move_id or order, []).append(due)
        if not items:
            del invoices[order]


def _is_unbearable(items, once, order):
    """Tell whether an invoice with these items would be negative.

    :param list items: `DueItem` of the invoice
    :param list once: base lines of what is sold once
    :param order: the order that is billed
    :rtype: bool
    """
    base_lines = [base for due in items for base in due.line._prepare_due_base_lines(due)]
    return order.currency_id.compare_amounts(_get_total(once + base_lines, order), 0) < 0


def _get_sold_once(order):
    """Return base lines of what the next invoice asks for what is sold once, rebates aside."""
    base_lines = [
        line._prepare_base_line_for_taxes_computation(quantity=quantity)
        for line, quantity in order._get_due_once()
    ]
    return [base for base in base_lines if not is_rebate(base)]


def _cut(base, others, order):
    """Return a base line of a rebate that takes no more than the others ask for, to the cent.

    :param dict base: the rebate, larger than what the others ask for
    :param list others: base lines of the tax engine of all else on the invoice
    :param order: the order that is billed
    :return: the base line with a lower price, of 0 where nothing can be borne
    :rtype: dict
    """
    cut = {**base, "manual_tax_amounts": None, "price_unit": 0.0}
    cut.update(manual_total_excluded_currency=None, manual_total_excluded=None)
    currency, room = order.currency_id, _get_total(others, order)
    if currency.compare_amounts(room, 0) <= 0:
        return cut
    share = base["quantity"] * (1 - base["discount"] / 100)
    total = _get_total([*others, base], order) - room
    amount = currency.round(base["price_unit"] * share * room / -total)
    for _try in range(TRIES):
        cut["price_unit"] = amount / share
        over = -_get_total([*others, cut], order)
        if currency.compare_amounts(over, 0) <= 0:
            break
        amount += over  # taxes per piece and cents are not in proportion
    return cut


def _get_total(base_lines, order):
    """Return what an invoice with these base lines asks for, taxes included.

    :param list base_lines: base lines of the tax engine, left as they are
    :param order: the order that is billed
    :rtype: float
    """
    copies = [{**base} for base in base_lines]
    return TaxTotals(order).get(copies)["total_amount_currency"]
