from dataclasses import replace

from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...engine.change import changed_values, revoke_change, step_from
from ...engine.segment import coalesce, step_at
from ..contract.change_text import ChangeText


class SaleOrder(models.Model):
    """Steps that are planned: what changes when, taking it back, and its day when it comes."""

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

    @api.depends("subscription_segment_ids", "order_line.segment_ids")
    def _compute_subscription_planned_ids(self):
        for order in self:
            planned = order.order_line.segment_ids._filter_planned_changes()
            order.subscription_planned_ids = planned.sorted("planned_date")
            order.subscription_planned_count = len(planned)

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _log_line_change(self, line, day, old, new, until=None):
        """Say in the chatter what changed, from when until when, and for how much.

        :param old, new: the engine segments before and after
        """
        before = step_from(old, day)
        day = max(day, before.start)
        after = step_at(new, day)
        values = {
            "product": line.product_id.display_name,
            "day": format_date(self.env, day),
            "last": until and format_date(self.env, fields.Date.subtract(until, days=1)),
        }
        if until:
            title = self.env._("%(product)s changes from %(day)s to %(last)s:", **values)
        else:
            title = self.env._("%(product)s changes from %(day)s on:", **values)
        texts = ChangeText(self).get_texts(line, before, after)
        if texts:
            self._post_list(title, [*texts, ChangeText(self).get_amount_text(line, before, after)])

    def _post_list(self, title, texts):
        """Post a title with a list of texts in the chatter."""
        items = Markup("").join(Markup("<li>%s</li>") % text for text in texts)
        self.message_post(body=Markup("%s<ul>%s</ul>") % (title, items))

    # ------------------------------------------------------------------
    # Taking back
    # ------------------------------------------------------------------

    def _subscription_revoke_step(self, segment):
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
        old = self._get_steps_to_change(line)
        new, tail = self._run_on_plan(line, lambda steps: revoke_change(steps, start))
        texts = ChangeText(self).get_texts(
            line, step_at(old, fields.Date.subtract(start, days=1)), step_at(old, start)
        )
        self._replace_segments(line, new)
        line._store_tail(tail)
        title = self.env._(
            "The change of %(product)s that was planned for %(day)s is revoked:",
            product=line.product_id.display_name,
            day=format_date(self.env, start),
        )
        self._post_list(title, texts)
        self._after_operation(None)

    def _revoke_begin_or_end(self, segment, kind):
        """Let a line go on that was to end, or not begin that was to be added.

        Where the one takes the place of the other, both are taken back.

        :param segment: `subscription.segment` of this contract
        :param str kind: ``begin`` or ``end``
        """
        line, day = segment.line_id, segment.planned_date
        ending, new = line, {}
        if kind == "begin":
            new[line] = []
            ending = line.subscription_replaced_line_id & self.order_line
        steps = [*ending._get_engine_steps()] if ending else []
        last = max(steps, key=lambda step: step.start, default=None)
        if last and last.end == day:
            new[ending] = coalesce(
                replace(step, end=self._get_subscription_term_end()) if step == last else step
                for step in steps
            )
        self._replace_segments_of_lines(new)
        if ending.recurrence_id != line.recurrence_id:
            self._settle_anchor(day)
        names = {"product": line.product_id.display_name, "day": format_date(self.env, day)}
        if kind == "begin":
            text = self.env._("%(product)s does not begin on %(day)s: that is revoked.", **names)
        else:
            text = self.env._("%(product)s does not end on %(day)s: that is revoked.", **names)
        self._after_operation(text)

    # ------------------------------------------------------------------
    # Their day
    # ------------------------------------------------------------------

    @api.model
    def _refresh_due_steps(self, limit=200):
        """Let lines show some of the steps whose day has come, and say so on their contracts.

        Contracts that another process has in hand are left to it.

        :param int limit: most steps to look at
        :return: the contracts that were dealt with
        """
        due = [
            Domain("company_id", "=", company.id)
            & Domain("start_date", "<=", company._subscription_today())
            for company in self.env["res.company"]._get_served_companies()
        ]
        steps = self.env["subscription.segment"].search(
            Domain("is_planned", "=", True)
            & Domain.OR(due)
            & Domain("order_id.subscription_quarantined_at", "=", False),
            limit=limit,
            order="start_date, id",
        )
        done = self.browse()
        for order in steps.order_id.try_lock_for_update(allow_referencing=True):
            if order._run_or_quarantine(order._apply_due_steps):
                done |= order
        return done

    def _apply_due_steps(self):
        """Mirror the steps of one contract whose day has come, and log what they changed.

        :return: True, always
        """
        self.ensure_one()
        today = self._subscription_today()
        steps = self.order_line.segment_ids.filtered(
            lambda step: step.is_planned and step.start_date <= today
        )
        # sudo: nobody edits steps by hand; that their day has come changes nothing agreed
        steps.sudo().is_planned = False
        self._mirror_segments()
        for step in steps:
            self._log_due_step(step)
        return True

    def _log_due_step(self, step):
        """Say in the chatter what a planned step changed when its day came."""
        line, start = step.line_id, step.start_date
        segments = line._get_engine_steps()
        if not changed_values(segments, start):
            return
        before = step_at(segments, fields.Date.subtract(start, days=1))
        after = step_at(segments, start)
        names = {"product": line.product_id.display_name, "day": format_date(self.env, start)}
        amount = ChangeText(self).get_amount_text(line, before, after)
        if before.kind == "trial":
            title = self.env._(
                "The free trial of %(product)s is over, it is billed from %(day)s on:", **names
            )
            self._post_list(title, [amount])
            return
        title = self.env._("The planned change of %(product)s took effect on %(day)s:", **names)
        self._post_list(title, [*ChangeText(self).get_texts(line, before, after), amount])

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
