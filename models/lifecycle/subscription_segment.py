from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.change import VALUES, value_of
from ...tools import get_number_text
from ..contract.change_text import ChangeText


class SubscriptionSegment(models.Model):
    """Segments of tomorrow: in plain words, and revocable until their day."""

    _inherit = "subscription.segment"

    planned_date = fields.Date(
        "Changes On",
        compute="_compute_change_text",
        help="Day on which the line changes, begins or ends.",
    )
    change_text = fields.Text(
        "What Changes",
        compute="_compute_change_text",
        help="Values that differ from the segment before, old and new.",
    )
    is_revocable = fields.Boolean("Can Be Taken Back", compute="_compute_change_text")

    @api.depends(
        "line_id.segment_ids", "start_date", "end_date", "quantity", "price_unit", "discount"
    )
    @api.depends_context("lang")
    def _compute_change_text(self):
        for segment in self:
            kind = segment._get_planned_kind()
            segment.planned_date = segment.end_date if kind == "end" else segment.start_date
            segment.is_revocable = bool(kind) and not segment._get_irrevocable_text(kind)
            segment.change_text = segment._get_planned_text(kind)

    # ------------------------------------------------------------------
    # What is planned
    # ------------------------------------------------------------------

    def _filter_planned_changes(self):
        """Return the segments with which a line changes, begins or ends on a day to come."""
        return self.filtered(lambda segment: segment._get_planned_kind())

    def _get_planned_kind(self):
        """Return what is still to come of this segment.

        :return: ``change`` when it follows another one, ``begin`` when its line begins with it
            after the contract, ``end`` when its line ends with it before the contract, or False
        :rtype: str | bool
        """
        self.ensure_one()
        if self._is_still_to_come():
            if self._get_segment_before():
                return "change"
            if self._is_added_later():
                return "begin"
        return "end" if self._is_last_of_ending_line() else False

    def _is_still_to_come(self):
        return bool(self.start_date and self.start_date > self.order_id._subscription_today())

    def _get_segment_before(self):
        """Return the segment of the same line that ends when this one begins, if any."""
        self.ensure_one()
        return self.line_id.segment_ids.filtered(
            lambda segment: segment.end_date == self.start_date
        )

    def _is_added_later(self):
        """Return whether a line begins with this segment, later than its contract."""
        first = min(self.line_id.segment_ids.mapped("start_date"))
        return self.start_date == first and first > self.order_id.subscription_start_date

    def _is_last_of_ending_line(self):
        """Return whether its line ends with this segment, while the contract goes on without it."""
        order, end = self.order_id, self.end_date
        if not end or end <= order._subscription_today():
            return False
        stop = order.subscription_end_date
        is_last = not self.line_id.segment_ids.filtered(lambda segment: segment.start_date >= end)
        return is_last and (not stop or end < stop) and not self._get_line_that_follows()

    def _get_line_that_follows(self):
        """Return the line of the contract that goes on where this segment ends, if any."""
        return self.order_id.order_line.filtered(
            lambda line: (
                line.subscription_replaced_line_id == self.line_id
                and self.end_date in line.segment_ids.mapped("start_date")
            )
        )

    def _is_change_of_values(self):
        """Return whether this segment has another quantity, price or discount than that before."""
        before = self._get_segment_before()
        if not before:
            return False
        old, new = before._get_engine_segment(), self._get_engine_segment()
        return any(value_of(old, name) != value_of(new, name) for name in VALUES)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_planned_text(self, kind):
        """Return what changes on the day, in words; False for a segment that changes nothing."""
        before = self._get_segment_before()
        if kind == "end":
            return self.env._("Ends")
        if kind == "begin":
            return self._get_begin_text()
        if not before:
            return False
        if before.discount_kind == "trial":
            return self.env._("The trial ends")
        order, line = self.order_id, self.line_id
        values = before._get_engine_segment(), self._get_engine_segment()
        texts = ChangeText(order).get_texts(line, *values)
        if texts:
            texts.append(ChangeText(order).get_amount_text(line, *values))
        texts.append(ChangeText(order).get_billing_text(*values))
        return ", ".join(filter(None, texts))

    def _get_begin_text(self):
        """Return what begins with this segment, and what it takes the place of."""
        line, segment = self.line_id, self._get_engine_segment()
        replaced = line.subscription_replaced_line_id
        values = {
            "quantity": get_number_text(self.quantity),
            "amount": line.currency_id.format(float(segment.terms.amount(segment.quantity, 1))),
            "per_period": line.recurrence_id._get_per_text(),
        }
        if replaced.order_id != self.order_id:
            return self.env._("Begins: quantity %(quantity)s, %(amount)s %(per_period)s", **values)
        return self.env._(
            "Takes the place of %(product)s (%(recurrence)s): quantity %(quantity)s, %(amount)s "
            "%(per_period)s",
            product=replaced.product_id.display_name,
            recurrence=replaced.recurrence_id.name,
            **values,
        )

    def _get_irrevocable_text(self, kind):
        """Return why what is planned with this segment cannot be taken back, or False.

        :param kind: as of :meth:`_get_planned_kind`
        :return: one translated sentence or False
        """
        names = {
            "product": self.product_id.display_name,
            "day": format_date(self.env, self.start_date),
        }
        if not kind:
            return self.env._(
                "%(product)s is what it is since %(day)s. Change it from another day on "
                "instead of revoking that.",
                **names,
            )
        if kind != "change":
            return False
        if self._get_segment_before().discount_kind == "trial":
            return self.env._(
                "The trial of %(product)s ends by itself on %(day)s. Change the line from "
                "that day on instead.",
                **names,
            )
        if not self._is_change_of_values():
            return self.env._(
                "On %(day)s only the periods or the terms of %(product)s change. Take back "
                "the pause or the amendment that planned that instead.",
                **names,
            )
        return False

    def _check_revocable(self):
        """Refuse to take back what is in force, what begins a contract and what ends a trial.

        :raise UserError: naming the line
        """
        for segment in self:
            if message := segment._get_irrevocable_text(segment._get_planned_kind()):
                raise UserError(message)

    def action_revoke(self):
        """Take this planned change back."""
        self.ensure_one()
        self.order_id._check_subscription_operator()
        self.line_id._check_begun_write({})
        self.order_id._subscription_revoke_segment(self)
        return True
