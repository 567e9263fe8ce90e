from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SubscriptionSegment(models.Model):
    """Steps of tomorrow: in plain words, and revocable until their day."""

    _inherit = "subscription.segment"

    change_text = fields.Char(
        "What Changes",
        compute="_compute_change_text",
        help="Values that differ from the step before, old and new.",
    )
    is_revocable = fields.Boolean("Can Be Taken Back", compute="_compute_change_text")

    @api.depends("line_id.segment_ids", "start_date", "quantity", "price_unit", "discount")
    @api.depends_context("lang")
    def _compute_change_text(self):
        for segment in self:
            before = segment._get_step_before()
            segment.is_revocable = segment._is_still_to_come() and before.discount_kind != "trial"
            if not before:
                segment.change_text = False
            elif before.discount_kind == "trial":
                segment.change_text = segment.env._("The trial ends")
            else:
                order = segment.order_id
                values = before._get_engine_segment(), segment._get_engine_segment()
                texts = order._get_change_texts(segment.line_id, *values)
                texts.append(order._get_amount_text(segment.line_id, *values))
                segment.change_text = ", ".join(texts)

    def _get_step_before(self):
        """:return: the step of the same line that ends when this one begins, if any"""
        self.ensure_one()
        return self.line_id.segment_ids.filtered(lambda step: step.end_date == self.start_date)

    def _is_still_to_come(self):
        return bool(self.start_date and self.start_date > self.order_id._subscription_today())

    def _filter_planned_changes(self):
        """:return: the steps that change something on a day that is still to come"""
        return self.filtered(lambda step: step._is_still_to_come() and step._get_step_before())

    def _check_revocable(self):
        """Refuse to take back what is in force, what begins a line and what ends a trial.

        :raise UserError: naming the line
        """
        for segment in self:
            names = {
                "product": segment.product_id.display_name,
                "day": format_date(self.env, segment.start_date),
            }
            before = segment._get_step_before()
            if before.discount_kind == "trial":
                raise UserError(
                    self.env._(
                        "The trial of %(product)s ends by itself on %(day)s. Change the line from "
                        "that day on instead.",
                        **names,
                    )
                )
            if not before or not segment._is_still_to_come():
                raise UserError(
                    self.env._(
                        "%(product)s is what it is since %(day)s. Change it from another day on "
                        "instead of revoking that.",
                        **names,
                    )
                )

    def action_revoke(self):
        """Take this planned change back."""
        self.ensure_one()
        self.order_id._check_subscription_operator()
        self.line_id._check_running_write({})
        self.order_id._subscription_revoke_step(self)
        return True
