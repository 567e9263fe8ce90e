from odoo import api, fields, models
from odoo.tools import format_date

from ...engine.change import revoke_change
from ...engine.ending import NO_REMAINDER, split_end
from ...engine.segment import segment_at
from ..contract.change_text import ChangeText


class SaleOrder(models.Model):
    """Segments that are planned: what changes when, taking it back, and its day when it comes."""

    _inherit = "sale.order"

    subscription_planned_ids = fields.Many2many(
        "subscription.segment",
        string="Planned Changes",
        compute="_compute_subscription_planned_ids",
        help="Changes of quantity, price or discount whose day is still to come, and lines that "
        "begin or end on such a day.",
    )
    subscription_planned_count = fields.Integer(
        "Number of Planned Changes", compute="_compute_subscription_planned_ids"
    )

    subscription_planned_once_ids = fields.Many2many(
        "sale.order.line",
        string="Sold Once, Billed Later",
        compute="_compute_subscription_planned_ids",
        help="What an amendment sells once on a day to come, and rebates that an earlier invoice "
        "could not bear.",
    )

    @api.depends(
        "subscription_segment_ids",
        "order_line.segment_ids",
        "order_line.one_off_bill_date",
        "order_line.qty_to_invoice",
    )
    def _compute_subscription_planned_ids(self):
        for order in self:
            planned = order.order_line.segment_ids._filter_planned_changes()
            order.subscription_planned_ids = planned.sorted("planned_date")
            today = order._subscription_today()
            later = order.order_line.filtered(
                lambda line, today=today: line.one_off_bill_date and line.one_off_bill_date > today
            )
            later = later and later & order._get_unbilled_one_off_lines()
            order.subscription_planned_once_ids = later.sorted("one_off_bill_date")
            order.subscription_planned_count = len(planned)

    # ------------------------------------------------------------------
    # Taking back
    # ------------------------------------------------------------------

    def _subscription_revoke_segment(self, segment):
        """Take a planned change of one line back: what is in force before it goes on.

        :param segment: `subscription.segment` of this contract whose day is still to come
        :raise UserError: its day has come, or it is the end of a trial
        """
        self.ensure_one()
        self._check_subscription_operator()
        self._subscription_claim()
        segment._check_revocable()
        kind = segment._get_planned_kind()
        if kind != "change":
            self._revoke_begin_or_end(segment, kind)
            return
        line, start = segment.line_id, segment.start_date
        old = self._get_segments_to_change(line)
        new, remainder = self._run_on_plan(line, lambda segments: revoke_change(segments, start))
        texts = ChangeText(self).get_texts(
            line, segment_at(old, fields.Date.subtract(start, days=1)), segment_at(old, start)
        )
        self._replace_segments(line, new)
        line._store_remainder(remainder)
        title = self.env._(
            "The change of %(product)s that was planned for %(day)s is revoked:",
            product=line.product_id.display_name,
            day=format_date(self.env, start),
        )
        ChangeText(self).post(title, texts)
        self._after_operation(None)

    def _revoke_begin_or_end(self, segment, kind):
        """Let a line go on that was to end, or not begin that was to be added.

        Where the one takes the place of the other, both are taken back.

        :param segment: `subscription.segment` of this contract
        :param str kind: ``begin`` or ``end``
        """
        line, day = segment.line_id, segment.planned_date
        ending, new, remainder = line, {}, NO_REMAINDER
        if kind == "begin":
            new[line] = []
            ending = line.subscription_replaced_line_id & self.order_line
        if plan := ending and ending._get_plan_before_end(day):
            end = self._get_subscription_term_end()
            new[ending], remainder = split_end(plan, end) if end else (plan, NO_REMAINDER)
        self._replace_segments_of_lines(new)
        if plan:
            ending._store_remainder(remainder)
        if ending.recurrence_id != line.recurrence_id:
            self._set_common_anchor(day)
        names = {"product": line.product_id.display_name, "day": format_date(self.env, day)}
        if kind == "begin":
            text = self.env._("%(product)s does not begin on %(day)s: that is revoked.", **names)
        else:
            text = self.env._("%(product)s does not end on %(day)s: that is revoked.", **names)
        self._after_operation(text)

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_subscription_change(self):
        """Ask what changes on a line from when on, and show what that costs."""
        self._check_running(self.env._("changed"))
        return self._get_wizard_action(
            "subscription.change.wizard", self.env._("Change %(order)s", order=self.name)
        )

    def action_view_planned_changes(self):
        """Open the changes of this contract whose day is still to come."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Planned Changes of %(order)s", order=self.name),
            "res_model": "subscription.segment",
            "views": [
                (self.env.ref("sale_recurring.subscription_segment_view_list_planned").id, "list")
            ],
            "domain": [("id", "in", self.subscription_planned_ids.ids)],
        }
