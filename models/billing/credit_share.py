from dataclasses import replace

from .invoice_balance import InvoiceBalance


def fetch_credited(items):
    """Read at once what the invoices of credits say, which is asked of one after the other.

    :param list items: `DueItem` of any contracts
    """
    rows = [due.row for due in items if due.is_credit]
    if rows:
        rows = rows[0].browse(due.id for due in rows)
        rows.invoice_line_id.mapped("tax_ids")
        rows.move_id.mapped("amount_residual")


def share_credits(*documents):
    """Say for each credit what goes back with it: its taxes, and shares of discounts beside it.

    :param documents: dicts of lists of `DueItem` by what stands for the document: the order of an
        invoice, the invoice of a credit note; the lists are changed in place
    """
    pairs = [pair for by_document in documents for pair in by_document.items()]
    credits = [due for _document, items in pairs for due in items if due.is_credit]
    lines = [due.row.invoice_line_id for due in credits]
    if not any(lines):
        return
    balance = InvoiceBalance(lines[0].union(*lines))
    for document, items in pairs:
        # sudo: a salesperson bills own contracts without rights on the books
        is_note = document._name == "account.move"
        term = document.sudo()["invoice_payment_term_id" if is_note else "payment_term_id"]
        for place, due in enumerate(items):
            if due.is_credit:
                amount = due.item.amount
                if is_note:
                    amount = balance.get_in_document(due.row, amount)
                shares = balance.give_back(due.row.invoice_line_id, amount)
                shares = [balance.add_early_discount(share, term, document) for share in shares]
                items[place] = replace(due, shares=tuple(shares))
