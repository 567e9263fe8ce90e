from odoo import models
from odoo.tools import format_date

from ... import const


class SaleOrder(models.Model):
    """Documents, totals and words of the previews of a contract."""

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _get_preview_documents(self, items, until):
        """Return the documents that due items would become, the invoice first.

        :param list items: :class:`DueItem` of this order
        :param date until: the day of the run
        :rtype: list[dict]
        """
        self.ensure_one()
        invoices, credit_notes, silent = self._split_due_items({self: items})
        one_off = self._get_preview_one_off_lines(until)
        documents = []
        charges = invoices.get(self, [])
        if not charges and sum(line.price_subtotal for line, _quantity in one_off) <= 0:
            one_off = []  # what only gives something back waits for the next period
        if charges or one_off:
            documents.append(
                self._get_preview_document(self.env._("Invoice"), charges, one_off=one_off)
            )
        for move, credits in credit_notes.items():
            title = self.env._("Credit note")
            if move._name == "account.move" and move.name:
                title = self.env._("Credit note for %(invoice)s", invoice=move.name)
            documents.append(self._get_preview_document(title, credits, kind="credit"))
        return documents + self._get_silent_preview_documents(silent)

    def _get_operation_preview_documents(self, items, one_off=()):
        """Return what an operation gives back, keeps and still bills.

        :param list items: :class:`DueItem` of this order
        :param one_off: pairs of a line that is sold once and its quantity
        :rtype: list[dict]
        """
        self.ensure_one()
        credits = [due for due in items if due.is_credit and due.amount]
        charges = [due for due in items if not due.is_credit and due.amount]
        documents = []
        if credits:
            title = self.env._("Given back")
            documents.append(self._get_preview_document(title, credits, kind="credit"))
        if not charges and sum(line.price_subtotal for line, _quantity in one_off) <= 0:
            one_off = []  # what only gives something back waits for the next period
        if charges or one_off:
            title = self.env._("Still to be billed")
            documents.append(self._get_preview_document(title, charges, one_off=one_off))
        return documents + self._get_silent_preview_documents(
            [due for due in items if not due.amount]
        )

    def _get_silent_preview_documents(self, items):
        """:return: documents of a preview about items that move no money"""
        forfeited = [due for due in items if due.forfeited]
        free = [due for due in items if not due.forfeited]
        documents = []
        if forfeited:
            title = self.env._("Not given back")
            documents.append(self._get_preview_document(title, forfeited, kind="free"))
        if free:
            title = self.env._("Nothing to pay, so no invoice")
            documents.append(self._get_preview_document(title, free, kind="free"))
        return documents

    def _get_preview_one_off_lines(self, until):
        """Return what is sold once and would be billed on a day.

        :return: pairs of a line and the quantity still to be invoiced
        :rtype: list[tuple]
        """
        if not self._is_subscription_started():
            lines = self._get_priced_lines().filtered(lambda line: not line.is_recurring)
            return [(line, line._get_due_now_quantity()) for line in lines]
        return [(line, line.qty_to_invoice) for line in self._get_one_off_lines_until(until)]

    def _get_preview_document(self, title, items, one_off=(), kind="invoice"):
        """Return one document of a preview, taxed by core's engine.

        :param str title: what it is
        :param list items: :class:`DueItem` of this order
        :param one_off: pairs of a line that is sold once and its quantity
        :param str kind: invoice, credit or free
        :rtype: dict
        """
        entries = [
            (
                line,
                self.env._("Sold once"),
                line._prepare_base_line_for_taxes_computation(quantity=quantity),
            )
            for line, quantity in one_off
        ]
        entries += [
            (due.line, due.line._get_item_text(due), due.line._prepare_due_base_line(due))
            for due in items
        ]
        totals = self._get_tax_totals_of([base_line for _line, _text, base_line in entries])
        return {
            "title": title,
            "kind": kind,
            "lines": [
                {
                    "product": line.product_id.display_name or line.name,
                    "quantity": base_line["quantity"],
                    "text": text,
                    "amount": base_line["tax_details"]["total_excluded_currency"]
                    + base_line["tax_details"]["delta_total_excluded_currency"],
                }
                for line, text, base_line in entries
            ],
            "untaxed": totals["base_amount_currency"],
            "tax": totals["tax_amount_currency"],
            "total": totals["total_amount_currency"],
        }

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_next_invoice_headline(self, day, today):
        """:return: one sentence that says when the contract is billed next"""
        if not day:
            return self.env._("Nothing more is planned.")
        if self.subscription_quarantined_at:
            return self.env._("Held back until somebody presses Retry.")
        if day < today:
            return self.env._("Due since %(day)s:", day=format_date(self.env, day))
        if day == today:
            return self.env._("Due today:")
        return self.env._("On %(day)s:", day=format_date(self.env, day))

    def _get_next_invoice_reasons(self, day):
        """Say why a contract is billed on a day, or why it is not billed at all. Hook.

        :param date day: the next invoice date, False when nothing is planned
        :return: translated sentences
        :rtype: list[str]
        """
        self.ensure_one()
        reasons = [self._get_pause_text(), self._get_end_text()]
        terms = self._get_subscription_terms()
        lines = self._get_recurring_lines()
        is_served = self.subscription_state in ("upcoming", "active")
        timings = lines.segment_ids.mapped("timing") if is_served else []
        if not day and self.subscription_state in const.RUNNING_STATES and not any(reasons):
            reasons.append(self.env._("Every day of service is billed already."))
        if day and any(line._get_subscription_basis() == "delivered" for line in lines):
            reasons.append(
                self.env._("Delivered quantities are counted on the day of the invoice.")
            )
        if day and "advance" in timings:
            reasons.append(self.env._("Each period is billed on its first day, in advance."))
        if day and "arrears" in timings:
            reasons.append(self.env._("Each period is billed when it is over, in arrears."))
        if day and terms.payment_mode == "after_payment":
            reasons.append(self.env._("The invoice stays a draft until it is paid."))
        elif day and terms.invoice_mode == "draft":
            reasons.append(self.env._("The invoice stays a draft until somebody posts it."))
        reasons.append(self._get_waiting_credits_text())
        return [reason for reason in reasons if reason]

    def _get_waiting_credits_text(self):
        """:return: one sentence about what the next invoice takes off, or False"""
        if not self._is_subscription_started() or not self._is_credit_offset():
            return False
        due = self._get_order_due_items(self._subscription_today())
        billed = self._drop_waiting_credits(due)
        waiting = [item for item in due if item not in billed]
        return waiting and self.env._(
            "%(amount)s without taxes wait to be taken off the next invoice.",
            amount=self.currency_id.format(-float(sum(item.amount for item in waiting))),
        )

    def _get_pause_text(self):
        """:return: one sentence about the pause that runs or comes next, or False"""
        today = self._subscription_today()
        gap = self.subscription_interruption_ids.filtered(
            lambda gap: not gap.end_date or gap.end_date > today
        ).sorted("start_date")[:1]
        return gap._get_text() if gap else False

    def _get_end_text(self):
        """:return: one sentence about the end of the contract, or False"""
        last = self.subscription_last_date
        if not last:
            return False
        if last < self._subscription_today():
            return self.env._("Service ended on %(day)s.", day=format_date(self.env, last))
        return self.env._("The last day of service is %(day)s.", day=format_date(self.env, last))

    def _get_waiting_text(self, draft):
        """:return: one sentence about a draft that somebody must settle first"""
        return self.env._(
            "A change of this contract touches the draft %(draft)s, which was edited by hand or "
            "is being paid. Post or delete that draft, then billing goes on.",
            draft=draft.display_name,
        )

    def _get_made_anew_text(self, draft):
        """:return: one sentence about a draft that the run replaces"""
        return self.env._(
            "The draft of %(amount)s is made anew.",
            amount=draft.currency_id.format(draft.amount_total),
        )
