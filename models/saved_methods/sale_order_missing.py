from odoo import api, fields, models
from odoo.tools import format_date

from ... import const
from ...tools import get_last_day
from .unwritten import leave_to_colleague


def get_trials_without_method(env):
    """Return contracts whose trial ends soon and that were not asked again yet."""
    orders = env["sale.order"]
    for company in env["res.company"]._get_served_companies():
        today = company._subscription_today()
        until = fields.Date.add(today, days=const.METHOD_NOTICE_DAYS)
        orders |= orders.search(
            [
                ("company_id", "=", company.id),
                ("subscription_trial_count", ">", 0),
                ("subscription_state", "in", const.RUNNING_STATES),
                ("subscription_next_invoice_date", ">", today),
                ("subscription_next_invoice_date", "<=", until),
            ]
        ).filtered(lambda order, today=today: is_trial_without_method(order, today))
    return orders


def is_trial_without_method(order, today):
    """Return whether the trial of this contract runs and its last reminder is due.

    :param date today: day of the company
    """
    end = order._get_trial_end()
    if not end or end <= today or not order._is_method_missing():
        return False
    window = fields.Date.subtract(end, days=const.METHOD_NOTICE_DAYS)
    asked = order.subscription_method_requested_date
    return not asked or asked < window


class SaleOrder(models.Model):
    """Contracts that are charged and have no method yet, as after a free trial: ask in time.

    Nothing is due when a trial is accepted, so no payment saves a method. The page on which a
    method is replaced saves the first one too: nothing is charged and no invoice is made.
    """

    _inherit = "sale.order"

    subscription_method_requested_date = fields.Date(
        "Payment Method Requested On",
        copy=False,
        readonly=True,
        help="When the customer was last asked by mail to save a payment method before the free "
        "trial ends.",
        prefetch=const.SELDOM,
    )

    def _is_method_missing(self):
        """Return whether this contract is charged automatically and has no method for it."""
        self.ensure_one()
        token = self.sudo().subscription_payment_token_id  # sudo: customers read no tokens
        return (
            self.is_subscription
            and self.state == "sale"
            and self.subscription_state in const.RUNNING_STATES
            and self._is_method_wanted()
            and bool(self.subscription_next_invoice_date)
            and not token.active
        )

    def _get_method_wanted_text(self):
        """Return what a customer reads above the button that leads to the card page."""
        self.ensure_one()
        day = self.subscription_next_invoice_date
        end = self._get_trial_end()
        if end and end > self._subscription_today():
            return self.env._(
                "Your free trial ends on %(last)s. Add a payment method so that your subscription "
                "goes on; nothing is charged before %(day)s.",
                last=format_date(self.env, get_last_day(end)),
                day=format_date(self.env, max(day, end)),
            )
        return self.env._(
            "No payment method is saved for this contract. Add one so that your subscription goes "
            "on: it is charged for the invoices to come."
        )

    def _get_payment_method_facts(self):
        """Say when a method that is missing is first needed."""
        if self._is_method_missing():
            return self._get_method_wanted_text()
        return super()._get_payment_method_facts()

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def _hook_on_subscription_start(self):
        """Ask customers whose contract begins with a free trial for a payment method."""
        super()._hook_on_subscription_start()
        for order in self:
            end = order._get_trial_end()
            if (
                end
                and end > order._subscription_today()
                and order._is_method_missing()
                # sudo: customers, who confirm by paying, read no transactions
                and not order.sudo().transaction_ids._is_method_handed_over()
            ):
                order._request_method()

    def _request_method(self):
        """Queue the mail that asks for a payment method, and note it on the contract."""
        self.ensure_one()
        template = self.env.ref(
            "sale_recurring.mail_template_method_wanted", raise_if_not_found=False
        )
        today = self._subscription_today()
        self._as_system().subscription_method_requested_date = today
        is_written = bool(template and self.partner_id._get_mail_reader())
        if is_written:
            author = self.company_id.sudo().partner_id  # sudo: whoever confirms, customers too
            _mail, problem = template._write_mail(self, email_values={"author_id": author.id})
            is_written = not problem
        if not is_written:
            leave_to_colleague(self, self._get_method_wanted_text())
            return
        self._message_log(
            body=self.env._(
                "The customer was asked by mail to save a payment method before the free trial "
                "ends."
            )
            if self._get_trial_end()
            else self.env._("The customer was asked by mail to save a payment method.")
        )

    @api.model
    def _cron_request_methods(self):
        """Ask again for methods that are missing some days before a trial ends, once."""
        self.env["ir.cron"]._for_each_locked(
            get_trials_without_method(self.env), lambda order: order._request_method()
        )
