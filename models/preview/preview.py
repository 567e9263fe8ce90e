from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import const
from ...engine.errors import EngineError
from ...explain import explain
from ..billing.credit_share import share_credits
from ..billing.next_taxes import NextTaxes
from ..billing.rebate import fit_rebates, is_rebate
from ..billing.tax_totals import TaxTotals


class Preview:
    """What a contract bills or gives back, as documents with totals and words; writes nothing.

    A preview is a dict that the client widget `subscription_preview` draws: an optional headline,
    reasons, documents with their lines and totals, and an error sentence when the contract cannot
    be billed: above the documents when a person may bill them all the same, else instead of them.

    :param order: the contract or quotation, one `sale.order`
    :param NextTaxes taxes: those of several orders when they were looked up together
    """

    def __init__(self, order, taxes=None):
        order.ensure_one()
        self.order = order
        self.env = order.env
        self.taxes = taxes or NextTaxes(order)

    def for_run(self, until, has_drafts=True):
        """Return what a billing run on a day would create for one contract.

        :param date until: the day of the run
        :param bool has_drafts: False for whoever knows that none of its documents is a draft
        :return: a preview, see the class
        :rtype: dict
        """
        return self.or_reason(lambda: self._get_run(until, has_drafts))

    def _get_run(self, until, has_drafts):
        is_looked_at = has_drafts and self.order._is_subscription_started()
        drafts = self.order._get_touched_drafts(until) if is_looked_at else {}
        if self.order._get_waiting_contracts(drafts):
            return self.prepare([], error=self._get_waiting_text(next(iter(drafts))))
        items = self.order._get_preview_items(until, drafts)
        # What the run leaves to a person is shown like the rest, with the reason.
        preview = self.prepare(
            self.get_documents(items, until), error=self._get_held_back_text(items)
        )
        preview["reasons"] = [self._get_rebuilt_text(draft) for draft in drafts]
        return preview

    def _get_held_back_text(self, items):
        """Return why the run would leave these items alone, or does so already.

        :param list items: :class:`DueItem` of this order
        :return: a sentence, False when nothing holds them back
        """
        order = self.order
        if not order._is_subscription_started():
            return False
        try:
            order._get_lines_to_tax()._check_automatic_taxes()
            order._check_due_items({order: items})
        except (UserError, EngineError) as error:
            return explain(self.env, error)
        return order.subscription_quarantined_at and order.subscription_quarantine_reason

    def for_operation(self, items, one_off=()):
        """Return what an operation that was only tried out would credit and bill.

        :param list items: :class:`DueItem` of a dry run
        :param one_off: pairs of a line that is sold once and its quantity, billed with them
        :return: a preview, see the class
        :rtype: dict
        """
        return self.prepare(self.get_operation_documents(items, one_off))

    def prepare(self, documents, error=False):
        """Return a preview of some documents, or the sentence that stands instead or above.

        :param list documents: as :meth:`get_document` makes them
        :param error: a sentence, False when nothing is wrong
        :rtype: dict
        """
        return {
            "id": self.order._origin.id,
            "name": self.order.name,
            "partner": self.order.partner_id.display_name,
            "currency_id": (self.order.currency_id or self.order.company_id.currency_id).id,
            "documents": documents,
            "total": sum(document["total"] for document in documents),
            "error": error,
        }

    def or_reason(self, function):
        """Return what a function finds, or a preview with the sentence why it cannot.

        :param function: without arguments, returns a preview
        :return: a preview, see the class
        :rtype: dict
        """
        try:
            return function()
        except (UserError, EngineError) as error:
            return self.prepare([], error=explain(self.env, error))

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def get_documents(self, items, until):
        """Return the documents that due items would become, the invoice first.

        :param list items: :class:`DueItem` of this order
        :param date until: the day of the run
        :rtype: list[dict]
        """
        invoices, credit_notes, silent = self.order._split_due_items({self.order: items})
        one_off = self.order._get_preview_one_off_lines(until)
        documents = []
        charges = invoices.get(self.order, [])
        if not charges and sum(line.price_subtotal for line, _quantity in one_off) <= 0:
            one_off = []  # what only gives something back waits for the next period
        if charges or one_off:
            documents.append(self.get_document(self.env._("Invoice"), charges, one_off=one_off))
        for move, credits in credit_notes.items():
            title = self.env._("Credit note")
            if move._name == "account.move" and move.name:
                title = self.env._("Credit note for %(invoice)s", invoice=move.name)
            documents.append(self.get_document(title, credits, kind="credit"))
        return documents + self._get_silent_documents(silent)

    def get_operation_documents(self, items, one_off=()):
        """Return what an operation gives back, keeps and still bills.

        :param list items: :class:`DueItem` of this order
        :param one_off: pairs of a line that is sold once and its quantity
        :rtype: list[dict]
        """
        credits = [due for due in items if due.is_credit and due.amount]
        share_credits({self.order: credits})
        charges = [due for due in items if not due.is_credit and due.amount]
        documents = []
        if credits:
            title = self.env._("Given back")
            documents.append(self.get_document(title, credits, kind="credit"))
        if not charges and sum(line.price_subtotal for line, _quantity in one_off) <= 0:
            one_off = []  # what only gives something back waits for the next period
        if charges or one_off:
            title = self.env._("Still to be billed")
            documents.append(self.get_document(title, charges, one_off=one_off))
        return documents + self._get_silent_documents([due for due in items if not due.amount])

    def _get_silent_documents(self, items):
        """Return documents of a preview about items that move no money."""
        forfeited = [due for due in items if due.forfeited]
        free = [due for due in items if not due.forfeited]
        documents = []
        if forfeited:
            title = self.env._("Not given back")
            documents.append(self.get_document(title, forfeited, kind="free"))
        if free:
            title = self.env._("Nothing to pay, so no invoice")
            documents.append(self.get_document(title, free, kind="free"))
        return documents

    def get_document(self, title, items, one_off=(), kind="invoice"):
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
                line._prepare_base_line_for_taxes_computation(
                    quantity=quantity, tax_ids=self.taxes.of(line)
                ),
            )
            for line, quantity in one_off
        ]
        entries += [entry for due in items for entry in self._get_entries(due)]
        entries = self._fit_rebates(entries)
        totals = TaxTotals(self.order).get([base_line for _line, _text, base_line in entries])
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

    def _fit_rebates(self, entries):
        """Return these entries as far as the document can bear the rebates among them."""
        base_lines = [base_line for _line, _text, base_line in entries]
        fitting = fit_rebates(base_lines, self.order)
        rebates = {base["record"]: base for base in fitting if is_rebate(base)}
        return [
            (line, text, rebates[line] if is_rebate(base) else base)
            for line, text, base in entries
            if not is_rebate(base) or line in rebates
        ]

    def _get_entries(self, due):
        """Return what a due item adds to a document: line, text and base line of each."""
        texts = [due.line._get_item_text(due)]
        texts += [
            due.line._prepare_discount_share_values(share)["name"] for share in due.shares[1:]
        ]
        base_lines = due.line._prepare_due_base_lines(due, self.taxes)
        return [(due.line, *entry) for entry in zip(texts, base_lines, strict=True)]

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def get_headline(self, day, today):
        """Return one sentence that says when the contract is billed next."""
        if not day:
            return self.env._("Nothing more is planned.")
        if self.order.subscription_quarantined_at:
            return self.env._("Held back until somebody presses Retry.")
        if day < today:
            return self.env._("Due since %(day)s:", day=format_date(self.env, day))
        if day == today:
            return self.env._("Due today:")
        return self.env._("On %(day)s:", day=format_date(self.env, day))

    def get_reasons(self, day):
        """Say why a contract is billed on a day, or why it is not billed at all. Hook.

        :param date day: the next invoice date, False when nothing is planned
        :return: translated sentences
        :rtype: list[str]
        """
        reasons = [self._get_pause_text(), self._get_end_text()]
        template = self.order._get_subscription_template()
        lines = self.order._get_recurring_lines()
        is_served = self.order.subscription_state in ("upcoming", "active")
        timings = lines.segment_ids.mapped("timing") if is_served else []
        if not day and self.order.subscription_state in const.RUNNING_STATES and not any(reasons):
            reasons.append(self.env._("Every day of service is billed already."))
        if day and any(line._get_subscription_basis() == "delivered" for line in lines):
            reasons.append(
                self.env._("Delivered quantities are counted on the day of the invoice.")
            )
        if day and "advance" in timings:
            reasons.append(self.env._("Each period is billed on its first day, in advance."))
        if day and "arrears" in timings:
            reasons.append(self.env._("Each period is billed when it is over, in arrears."))
        if day and template.payment_mode == "after_payment":
            reasons.append(self.env._("The invoice stays a draft until it is paid."))
        elif day and template.invoice_mode == "draft":
            reasons.append(self.env._("The invoice stays a draft until somebody posts it."))
        reasons.append(self._get_waiting_credits_text())
        return [reason for reason in reasons if reason]

    def _get_waiting_credits_text(self):
        """Return one sentence about what the next invoice takes off, or False."""
        if not self.order._is_subscription_started() or not self.order._is_credit_offset():
            return False
        due = self.order._get_order_due_items(self.order._subscription_today())
        billed = self.order._get_items_without_waiting_credits(due)
        waiting = [item for item in due if item not in billed]
        return waiting and self.env._(
            "%(amount)s without taxes wait to be taken off the next invoice.",
            amount=self.order.currency_id.format(-float(sum(item.amount for item in waiting))),
        )

    def _get_pause_text(self):
        """Return one sentence about the pause that runs or comes next, or False."""
        today = self.order._subscription_today()
        gap = self.order.subscription_interruption_ids.filtered(
            lambda gap: not gap.end_date or gap.end_date > today
        ).sorted("start_date")[:1]
        return gap._get_text() if gap else False

    def _get_end_text(self):
        """Return one sentence about the end of the contract, or False."""
        last = self.order.subscription_last_date
        if not last:
            return False
        if last < self.order._subscription_today():
            return self.env._("Service ended on %(day)s.", day=format_date(self.env, last))
        return self.env._("The last day of service is %(day)s.", day=format_date(self.env, last))

    def _get_waiting_text(self, draft):
        """Return one sentence about a draft that somebody must settle first."""
        return self.env._(
            "A change of this contract touches the draft %(draft)s, which was edited by hand or "
            "is being paid. Post or delete that draft, then billing goes on.",
            draft=draft.display_name,
        )

    def _get_rebuilt_text(self, draft):
        """Return one sentence about a draft that the run replaces."""
        return self.env._(
            "The draft of %(amount)s is made anew.",
            amount=draft.currency_id.format(draft.amount_total),
        )
