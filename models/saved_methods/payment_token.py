from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ... import const


class PaymentToken(models.Model):
    """Saved payment methods that contracts are paid with."""

    _name = "payment.token"
    _inherit = ["payment.token", "subscription.protected.mixin"]

    subscription_order_ids = fields.One2many(
        "sale.order", "subscription_payment_token_id", "Contracts", readonly=True
    )
    subscription_expiry_warned_date = fields.Date(
        "Warned of Its Expiry On",
        readonly=True,
        copy=False,
        help="The last valid day of which the customer was warned.",
    )

    @api.constrains("partner_id", "provider_id")
    def _check_subscription_partner(self):
        """Keep methods with the customer, and in the company, whose contracts they pay."""
        for token in self:
            # sudo: contracts of every salesperson count
            strange = token.sudo().subscription_order_ids.filtered(token._get_refusal_for)
            if strange:
                raise ValidationError(
                    self.env._(
                        "%(method)s pays %(contracts)s, which belong to another customer or "
                        "company. Choose another method there first.",
                        method=token.display_name,
                        contracts=", ".join(strange.mapped("name")),
                    )
                )

    # ------------------------------------------------------------------
    # Expiry
    # ------------------------------------------------------------------

    @api.model
    def _cron_warn_of_expiry(self):
        """Mail customers whose method expires before the next charge, once per method."""
        self._ask_about_expiry()
        Cron = self.env["ir.cron"]
        tokens = self._get_expiring()
        Cron._commit_progress(remaining=len(tokens))
        for token in tokens:
            for locked in token.try_lock_for_update(allow_referencing=True):
                locked._warn_of_expiry()
            if not Cron._commit_progress(1):
                break

    @api.model
    def _get_expiring(self):
        """:return: methods that expire soon, pay a running contract, and were not warned of"""
        # One day more than the calendar of UTC has: the company's own day decides below.
        until = fields.Date.add(fields.Date.today(), days=const.EXPIRY_NOTICE_DAYS + 1)
        tokens = self.search(
            [
                ("subscription_expiry_date", "!=", False),
                ("subscription_expiry_date", "<=", until),
                ("subscription_order_ids.subscription_state", "in", const.RUNNING_STATES),
            ]
        )
        return tokens.filtered(
            lambda token: (
                token._is_expiring()
                and token.subscription_expiry_warned_date != token.subscription_expiry_date
                and token._get_contracts_to_replace()
            )
        )

    def _is_expiring(self):
        """:return: whether this method ends within the days of notice, by the company's clock"""
        self.ensure_one()
        today = self.company_id._subscription_today()
        notice = fields.Date.add(today, days=const.EXPIRY_NOTICE_DAYS)
        return bool(self.subscription_expiry_date) and self.subscription_expiry_date <= notice

    def _get_contracts_to_replace(self):
        """Return the contracts that need another method, because they go on after its end.

        :rtype: sale.order
        """
        self.ensure_one()
        end = self.subscription_expiry_date
        contracts = self._get_running_contracts().filtered(
            lambda order: (
                order.subscription_payment_mode in const.CHARGED_MODES
                and order.subscription_next_invoice_date
                and (not order.subscription_end_date or order.subscription_end_date > end)
            )
        )
        return contracts.with_env(self.env)._filtered_access("read")

    def _warn_of_expiry(self):
        """Queue the mail about one method and note it on its contracts."""
        self.ensure_one()
        self._as_system().subscription_expiry_warned_date = self.subscription_expiry_date
        template = self.env.ref(
            "sale_recurring.mail_template_method_expires", raise_if_not_found=False
        )
        contracts = self._get_contracts_to_replace()
        if not template or not self.partner_id.email:
            return
        template.sudo().send_mail(self.id)  # sudo: mails of the company hold links of the customer
        text = self.env._(
            "%(method)s is valid until %(day)s. The customer was asked for another payment method.",
            method=self.display_name,
            day=format_date(self.env, self.subscription_expiry_date),
        )
        contracts._message_log_batch({order.id: text for order in contracts})
