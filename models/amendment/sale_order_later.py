from odoo import api, fields, models
from odoo.tools import format_date

from ...engine.errors import EngineError
from ...engine.segment import cut_gaps
from ..preview.preview import Preview


class SaleOrder(models.Model):
    """Amendments of a later day: nothing is due yet, and what they do to the bills until then.

    The amount due now is what the confirmation makes the contract bill: before the day of the
    change that is nothing. Only an amendment that the customer pays online to accept it is billed
    in advance, for the periods that begin with it, and its amount is that bill.
    """

    _inherit = "sale.order"

    subscription_later_text = fields.Char(
        "Due Later",
        compute="_compute_subscription_later_text",
        help="What an amendment of a later day does to the bills until then.",
    )

    @api.depends("subscription_preview")
    def _compute_subscription_later_text(self):
        for order in self:
            order.subscription_later_text = (order.subscription_preview or {}).get("later", False)

    def _is_change_ahead(self):
        """:return: whether this amendment takes effect later than on the day of its amount"""
        return self._get_effective_date() > self._get_quote_date()

    def _is_asked_ahead(self):
        """Return whether this amendment asks for money before the day of the change.

        A customer who is asked to pay online pays for what begins on that day; an amendment that
        makes the bills smaller asks for nothing.

        :rtype: bool
        """
        self.ensure_one()
        if self.state == "sale":
            return self.subscription_amendment_pending
        # sudo: salesmen have no right to read transactions
        if any(tx._can_settle_new_invoice() for tx in self.sudo().transaction_ids):
            return True
        return self.require_payment and self._get_later_untaxed() > 0

    # ------------------------------------------------------------------
    # With and without the change
    # ------------------------------------------------------------------

    def _get_later_items(self, steps):
        """Return what the contract is billed up to and with the day of the change.

        :param dict steps: engine segments by line
        :return: lists of :class:`DueItem` by day of the run
        :rtype: dict
        """
        self.ensure_one()
        contract = self._get_amended_contract()
        gaps = contract.subscription_interruption_ids._get_engine_gaps()
        forfeited = contract._get_forfeited_spans()
        today, found = self._get_quote_date(), {}
        for line, segments in steps.items():
            for due in line._get_due_items(
                cut_gaps(segments, gaps), self._get_effective_date(), forfeited
            ):
                found.setdefault(max(due.item.on, today), []).append(due)
        return found

    def _get_agreed_steps(self):
        """:return: engine segments of the contract without this amendment, by line
        :rtype: dict
        """
        lines = self._get_amended_contract()._get_recurring_lines()
        return {line: line._get_engine_steps() for line in lines}

    def _get_later_untaxed(self):
        """Return how much more is billed up to the day of the change than without it.

        :return: amount in the price basis, 0 when the dates do not fit together
        :rtype: float
        """
        try:
            pair = [
                sum(due.amount for items in self._get_later_items(steps).values() for due in items)
                for steps in (self._get_amendment_steps(), self._get_agreed_steps())
            ]
        except EngineError:
            return 0.0  # the confirmation says what is wrong
        one_off = self._get_priced_lines() - self._get_recurring_lines()
        return float(pair[0] - pair[1]) + sum(one_off.mapped("price_subtotal"))

    def _get_later_amount(self):
        """Return how much more is billed up to the day of the change, taxes included.

        :return: what the documents of these days add up to with the change, less what they would
            without it
        :rtype: float
        """
        self.ensure_one()
        with_change = {
            on: self._get_items_as_amended(items)
            for on, items in self._get_later_items(self._get_amendment_steps()).items()
        }
        without = self._get_later_items(self._get_agreed_steps())
        once = self._get_amendment_one_off_lines()
        return self._get_later_total(with_change, once) - self._get_later_total(without)

    def _get_later_total(self, items_by_day, once=()):
        """Add up what the contract is billed up to and with the day of the change.

        :param dict items_by_day: lists of :class:`DueItem` by day of the run
        :param once: pairs of a line that is sold once on the day of the change and its quantity
        :return: total of the documents, each taxed and rounded for itself
        :rtype: float
        """
        waiting = self._get_amended_contract()._get_due_one_off_lines()
        first, last = self._get_quote_date(), self._get_effective_date()
        sold = {first: [(line, line.qty_to_invoice) for line in waiting], last: list(once)}
        total = 0.0
        for on in {*items_by_day, *sold}:
            groups = self._get_document_groups(items_by_day.get(on, []), sold.get(on, []))
            total += self._get_tax_totals_of_documents(groups)["total_amount_currency"]
        return total

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_later_text(self):
        """Say what is due of a change that takes effect later.

        :return: one or two sentences, False for a change that holds from the day of its amount
        :rtype: str | bool
        """
        if not self._is_open_amendment() or not self._is_change_ahead():
            return False
        day = format_date(self.env, self._get_effective_date())
        if self._is_asked_ahead():
            return self.env._(
                "What is paid now is billed at once, in advance of %(day)s. Accepted without a "
                "payment, it is billed on that day.",
                day=day,
            )
        return self._get_difference_text()

    def _get_difference_text(self):
        """Say how much more or less is billed up to the day of the change than without it.

        :return: two sentences, False when the dates do not fit together
        :rtype: str | bool
        """
        day = format_date(self.env, self._get_effective_date())
        try:
            amount = self._get_later_amount()
        except EngineError:
            return False  # the confirmation says what is wrong
        values = {"day": day, "amount": self._format_amount(abs(amount))}
        if self.currency_id.is_zero(amount):
            return self.env._(
                "Nothing is due now. By %(day)s, neither more nor less is billed than without this "
                "change.",
                **values,
            )
        if amount > 0:
            return self.env._(
                "Nothing is due now. By %(day)s, %(amount)s more is billed than without this "
                "change, taxes included.",
                **values,
            )
        if self._get_amended_contract()._is_credit_offset():
            return self.env._(
                "Nothing is due now. From %(day)s on, %(amount)s less is billed than without this "
                "change, taxes included: what is given back comes off the next invoice.",
                **values,
            )
        return self.env._(
            "Nothing is due now. By %(day)s, %(amount)s less is billed than without this "
            "change, taxes included.",
            **values,
        )

    def _get_later_preview(self):
        """Return what the contract bills on the day of a later change, for the lines that change.

        :return: a preview, see `sale_order_preview`
        :rtype: dict
        """
        self.ensure_one()
        return Preview(self).or_reason(self._prepare_later_preview)

    def _prepare_later_preview(self):
        day = self._get_effective_date()
        words = Preview(self)
        preview = words.prepare(words.get_documents(self._get_changed_items(), day))
        self._explain_amendment_preview(preview)
        preview["headline"] = self.env._(
            "On %(day)s, %(contract)s bills for the lines that change:",
            day=format_date(self.env, day),
            contract=self._get_amended_contract().name,
        )
        return preview
