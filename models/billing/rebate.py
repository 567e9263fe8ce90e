"""Rebates that are sold once: an invoice bears them as far as it goes, the rest is carried on."""


def is_rebate(base_line):
    """Tell whether a base line of the tax engine is a discount that is sold once.

    :param dict base_line: of an order line
    :rtype: bool
    """
    line = base_line["record"]
    if line._name != "sale.order.line" or line.recurrence_id or line.is_downpayment:
        return False
    return base_line["price_unit"] * base_line["quantity"] < 0


def fit_rebates(base_lines, company):
    """Lower the rebates of one invoice to what it asks for, taxes included: no invoice is negative.

    They are taken in order: the one that the invoice cannot bear is cut, those behind it wait.

    :param list base_lines: base lines of the tax engine of all lines of the invoice
    :param company: the company that bills
    :return: the base lines that the invoice has, the cut ones with a lower price
    :rtype: list[dict]
    """
    rebates = [base for base in base_lines if is_rebate(base)]
    if not rebates:
        return base_lines
    room = sum(_get_total(base, company) for base in base_lines if not is_rebate(base))
    fitting = {}
    for base in rebates:
        total = _get_total(base, company)
        currency = base["currency_id"]
        if currency.compare_amounts(room + total, 0) >= 0:
            fitting[base["record"]] = base
            room += total
            continue
        if currency.compare_amounts(room, 0) > 0:
            cut = _cut(base, room, total, company)
            if is_rebate(cut):
                fitting[base["record"]] = cut
        room = 0.0
    return [
        fitting[base["record"]] if is_rebate(base) else base
        for base in base_lines
        if not is_rebate(base) or base["record"] in fitting
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
        totals = {
            id(due): sum(
                _get_total(base, order.company_id) for base in due.line._prepare_due_base_lines(due)
            )
            for due in items
        }
        once = _get_total_once(order)
        while lowering and order.currency_id.compare_amounts(sum(totals.values(), once), 0) < 0:
            due = lowering.pop()
            del totals[id(due)]
            items.remove(due)
            credit_notes.setdefault(due.row.move_id or order, []).append(due)
        if not items:
            del invoices[order]


def _get_total_once(order):
    """Return what the next invoice of an order asks for what is sold once, rebates aside."""
    base_lines = [
        line._prepare_base_line_for_taxes_computation(quantity=quantity)
        for line, quantity in order._get_due_once()
    ]
    return sum(_get_total(base, order.company_id) for base in base_lines if not is_rebate(base))


def _cut(base, room, total, company):
    """Return a base line of a rebate that takes no more than the room, to the cent."""
    currency = base["currency_id"]
    share = base["quantity"] * (1 - base["discount"] / 100)
    amount = currency.round(base["price_unit"] * share * room / -total)
    cut = {**base, "manual_tax_amounts": None}
    cut.update(manual_total_excluded_currency=None, manual_total_excluded=None)
    for _try in range(3):
        cut["price_unit"] = amount / share
        over = -room - _get_total(cut, company)
        if currency.compare_amounts(over, 0) <= 0:
            break
        amount += over  # a tax per piece is not in proportion
    return cut


def _get_total(base, company):
    """Return what a base line asks for, taxes included."""
    AccountTax = base["record"].env["account.tax"]
    copy = {**base}
    AccountTax._add_tax_details_in_base_line(copy, company)
    AccountTax._round_base_lines_tax_details([copy], company)
    return copy["tax_details"]["total_included_currency"]
