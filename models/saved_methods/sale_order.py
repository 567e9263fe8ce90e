from odoo import fields, models
from odoo.tools import format_date

from ... import const
from ..charging.mail_activity import METHOD


class SaleOrder(models.Model):
    """Saved payment methods come and go: what was declined is tried with the new one at once."""

    _inherit = "sale.order"

    subscription_method_expiry_date = fields.Date(
        related="subscription_payment_token_id.subscription_expiry_date", string="Valid Until"
    )

    def _hook_on_written(self, vals, old_ends):
        """Charge what the old payment method could not pay to the new one."""
        super()._hook_on_written(vals, old_ends)
        if vals.get("subscription_payment_token_id"):
            self._retry_with_new_method()
            about = [("res_model", "=", "sale.order"), ("res_id", "in", self.ids)]
            self.env["mail.activity"]._remove_done_matters(
                ("subscription_matter", "=", METHOD), *about
            )

    def _retry_with_new_method(self):
        """Let the next charging run take the declined invoices of these contracts, right away."""
        # sudo: a salesperson who changes the method may not edit invoices
        moves = self.sudo().order_line.invoice_lines.move_id.filtered(
            lambda move: move._waits_for_new_method()
        )
        moves._as_system().subscription_charge_attempted_at = False
        self.sudo()._get_open_requests()._trigger_charging()  # sudo: as above
        moves._trigger_charging()

    # ------------------------------------------------------------------
    # Replace
    # ------------------------------------------------------------------

    def _get_payment_method_url(self):
        """Return address of the page on which the customer replaces the payment method."""
        self.ensure_one()
        token = self._get_link_token()
        return f"{self.get_base_url()}/my/orders/{self.id}/payment_method?access_token={token}"

    def _subscription_replace_token(self, token):
        """Pay this contract with another method from now on, by the wish of its customer.

        Contracts of the same customer that were paid with the old method follow. No invoice is
        made; what the old method could not pay is tried again at once.

        :param token: `payment.token` of the same customer
        :raise UserError: the method belongs to another customer
        """
        self.ensure_one()
        # sudo: whoever gave the method has no right to read tokens
        old, token = self.sudo().subscription_payment_token_id, token.sudo()
        if old == token:
            return
        contracts = self | self._get_contracts_paid_with(old)
        contracts.subscription_payment_token_id = token
        text = self.env._("Paid with %(new)s from now on.", new=token.display_name)
        if old:
            text = self.env._(
                "Paid with %(new)s instead of %(old)s from now on.",
                new=token.display_name,
                old=old.display_name,
            )
        contracts._message_log_batch({order.id: text for order in contracts})

    def _subscription_move_to(self, token):
        """Pay one contract with the method that its customer saved in place of the old one.

        :param token: `payment.token` of the same customer
        """
        self.ensure_one()
        old, self.subscription_payment_token_id = self.subscription_payment_token_id, token
        text = self.env._(
            "The payment method %(old)s was removed. Paid with %(new)s from now on, which the "
            "customer saved on %(day)s.",
            old=old.display_name,
            new=token.display_name,
            day=format_date(self.env, self.company_id._subscription_date(token.create_date)),
        )
        self._message_log(body=text)

    def _subscription_lose_token(self, token):
        """Say on one contract that its payment method was removed, and ask for another one.

        The contract keeps it, so that everybody sees why it is not charged.

        :param token: `payment.token`
        """
        self.ensure_one()
        text = self.env._(
            "The payment method %(method)s was removed. Until the customer gives another one, "
            "invoices wait for payment: send them %(link)s.",
            method=token.display_name,
            link=self._get_payment_method_url(),
        )
        self._message_log(body=text)
        self._schedule_charge_activity(
            self.env._("%(order)s needs a payment method", order=self.name), text, METHOD
        )

    def _is_matter_done(self, matter):
        """Settle requests for a method once one is saved, or nothing is charged any more."""
        if matter != METHOD:
            return super()._is_matter_done(matter)
        token = self.sudo().subscription_payment_token_id  # sudo: as in _get_payment_method_facts
        is_good = token.active and not token._is_expiring()
        return is_good or self.subscription_state not in const.RUNNING_STATES

    def _get_contracts_paid_with(self, token):
        """Return running contracts of this customer and company that a method is saved for."""
        if not token:
            return self.browse()
        # sudo: contracts of other salespeople follow as well
        contracts = self.sudo().search(
            [
                ("subscription_payment_token_id", "=", token.id),
                ("subscription_state", "in", const.RUNNING_STATES),
                ("company_id", "=", self.company_id.id),
            ]
        )
        customer = self.partner_id.commercial_partner_id
        return contracts.filtered(
            lambda order: order.partner_id.commercial_partner_id == customer
        ).with_env(self.env)

    def _get_payment_method_facts(self):
        """Return what a customer reads about the method of this contract.

        :rtype: str
        """
        self.ensure_one()
        token = self.sudo().subscription_payment_token_id  # sudo: customers read no tokens
        if not token or not token.active:
            return self.env._("No payment method is saved for this contract.")
        expiry = token.subscription_expiry_date
        if not expiry:
            return self.env._("It is paid with %(method)s.", method=token._get_name_for_visitor())
        if expiry < self._subscription_today():
            return self.env._(
                "It is paid with %(method)s, which expired on %(day)s.",
                method=token._get_name_for_visitor(),
                day=format_date(self.env, expiry),
            )
        return self.env._(
            "It is paid with %(method)s, valid until %(day)s.",
            method=token._get_name_for_visitor(),
            day=format_date(self.env, expiry),
        )
