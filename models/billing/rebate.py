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
            fitting[base["record"]] = _cut(base, room, total, company)
        room = 0.0
    return [
        fitting[base["record"]] if is_rebate(base) else base
        for base in base_lines
        if not is_rebate(base) or base["record"] in fitting
    ]


def _cut(base, room, total, company):
    """:return: a base line of a rebate that takes no more than the room, to the cent"""
    currency = base["currency_id"]
    share = base["quantity"] * (1 - base["discount"] / 100)
    amount = currency.round(base["price_unit"] * share * room / -total)
    for _try in range(3):
        cut = {**base, "price_unit": amount / share, "manual_tax_amounts": None}
        cut.update(manual_total_excluded_currency=None, manual_total_excluded=None)
        if currency.compare_amounts(_get_total(cut, company), -room) >= 0:
            break
        amount += currency.rounding
    return cut


def _get_total(base, company):
    """:return: what a base line asks for, taxes included"""
    AccountTax = base["record"].env["account.tax"]
    copy = {**base}
    AccountTax._add_tax_details_in_base_line(copy, company)
    AccountTax._round_base_lines_tax_details([copy], company)
    return copy["tax_details"]["total_included_currency"]
