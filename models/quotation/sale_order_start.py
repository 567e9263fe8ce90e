from dateutil.relativedelta import relativedelta
from odoo import api, fields, models

from ... import const
from ...tools import get_last_day
from .quotation_text import QuotationText


class SaleOrder(models.Model):
    """The free time at the beginning of a new contract."""

    _inherit = "sale.order"

    subscription_trial_count = fields.Integer(
        "Free Trial",
        compute="_compute_subscription_trial",
        store=True,
        readonly=False,
        help="How long the contract is free before its first paid period. The trial ends by "
        "itself, nobody has to do anything. 0: no trial.",
    )
    subscription_trial_unit = fields.Selection(
        const.TRIAL_UNITS,
        "Trial Unit",
        compute="_compute_subscription_trial",
        store=True,
        readonly=False,
    )
    subscription_trial_template_id = fields.Many2one(
        "subscription.template",
        "Trial Taken From",
        compute="_compute_subscription_trial",
        store=True,
        help="The subscription template whose trial was taken over; what was typed since then "
        "stays.",
    )
    subscription_trial_last_date = fields.Date(
        "Free Until",
        compute="_compute_subscription_trial_last_date",
        help="Last day of the free trial.",
    )

    _subscription_trial_not_negative = models.Constraint(
        "CHECK (subscription_trial_count >= 0)",
        "A free trial cannot be negative. Use 0 for no trial.",
    )
    subscription_ramp_step_ids = fields.One2many(
        "subscription.ramp.step",
        "order_id",
        "Ramp",
        help="What lines become from one of their periods on. Confirmed, these are planned "
        "changes of the contract.",
    )

    @api.depends("subscription_template_id", "subscription_order_type", "is_subscription")
    def _compute_subscription_trial(self):
        """Take the trial of the terms over, once, as soon as something is recurring."""
        for order in self:
            template = order.subscription_trial_template_id
            if (
                order.is_subscription
                and order.state in ("draft", "sent")
                and not order._is_subscription_started()
            ):
                template = order._get_subscription_template()
            if template != order.subscription_trial_template_id:
                is_new = order._is_new_contract()
                order.subscription_trial_count = template.trial_count if is_new else 0
                order.subscription_trial_unit = template.trial_unit or "day"
            else:
                order.subscription_trial_count = order.subscription_trial_count
                order.subscription_trial_unit = order.subscription_trial_unit
            order.subscription_trial_template_id = template

    @api.depends(
        "subscription_trial_count",
        "subscription_trial_unit",
        "subscription_start_date",
        "subscription_quote_date",
    )
    def _compute_subscription_trial_last_date(self):
        for order in self:
            end = order._get_trial_end()
            order.subscription_trial_last_date = get_last_day(end)

    def _get_trial_end(self):
        """Return the first paid day of a contract that begins with a trial, None without one.

        :rtype: date | None
        """
        self.ensure_one()
        count = self.subscription_trial_count
        if count <= 0 or not self._is_new_contract():
            return super()._get_trial_end()
        unit = self.subscription_trial_unit or "day"
        return self._get_subscription_start() + relativedelta(**{f"{unit}s": count})

    def _has_to_be_signed(self):
        """Let customers accept by signature what asks for a payment, but costs nothing yet."""
        if super()._has_to_be_signed():
            return True
        return bool(
            self.is_subscription
            and self.require_payment
            and self.state in ("draft", "sent")
            and not self.is_expired
            and not self.signature
            and self.currency_id.compare_amounts(self.amount_total, 0) <= 0
        )

    def _get_portal_facts(self):
        """Tell customers until when a trial is free."""
        facts = super()._get_portal_facts()
        end = self._get_trial_end()
        if end and end > self._subscription_today():
            facts.append((self.env._("Free trial"), QuotationText(self).get_trial(end)))
        return facts

    def _hook_on_start_forgotten(self):
        """Give lines that a ramp or an intro discount has changed what was typed."""
        super()._hook_on_start_forgotten()
        for line in self.order_line.filtered("segment_ids"):
            values = line._prepare_typed_values()
            if values:
                line._as_system().with_context(sale_write_from_compute=True).write(values)

    def _confirmation_error_message(self):
        message = super()._confirmation_error_message()
        if message or not self._has_due_now_amount():
            return message
        return self._get_subscription_error_message()
