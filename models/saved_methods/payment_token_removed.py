from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const


class PaymentToken(models.Model):
    """Saved methods that are removed: their contracts follow a replacement, or ask for one."""

    _inherit = "payment.token"

    subscription_contract_text = fields.Char(
        "Contracts to Pay",
        compute="_compute_subscription_contract_text",
        help="Running contracts that need this payment method.",
    )

    def _compute_subscription_contract_text(self):
        for token in self:
            names = token._get_running_contracts().mapped("name")
            token.subscription_contract_text = ", ".join(names)

    def _get_running_contracts(self):
        """Return running contracts that are paid with these methods."""
        # sudo: the customer who removes a method has no right to search contracts
        return self.sudo().subscription_order_ids.filtered(
            lambda order: order.subscription_state in const.RUNNING_STATES
        )

    def get_linked_records_info(self):
        """Tell the owner which contracts need a method, before it is deleted.

        Everybody may call this: only contracts that the caller may read are named, with links
        that open nothing to anybody else.

        :raise AccessError: the method belongs to somebody else
        """
        self.check_access("read")
        readable = self._get_running_contracts().with_env(self.env)._filtered_access("read")
        return [
            *super().get_linked_records_info(),
            *(
                {
                    "description": self.env._("Subscription"),
                    "id": order.id,
                    "name": order.name,
                    "url": f"/my/orders/{order.id}",
                }
                for order in readable
            ),
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_needed(self):
        """Keep methods that contracts are paid with."""
        for token in self:
            if token.subscription_contract_text:
                raise UserError(
                    self.env._(
                        "%(method)s pays %(contracts)s. Choose another payment method there, or "
                        "archive this one: then the customer is asked for another.",
                        method=token.display_name,
                        contracts=token.subscription_contract_text,
                    )
                )

    # ------------------------------------------------------------------
    # Archived
    # ------------------------------------------------------------------

    def _handle_archiving(self):
        """Move contracts to the method that replaces theirs, or ask for another one."""
        result = super()._handle_archiving()
        for token in self:
            contracts = token._get_running_contracts()
            if contracts:
                token._part_from_contracts(contracts)
        return result

    def _part_from_contracts(self, contracts):
        """Find another method for contracts whose method is being removed.

        :param contracts: `sale.order` paid with this method
        """
        self.ensure_one()
        replacement = self._get_replacement()
        for order in contracts:
            if replacement:
                order._subscription_move_to(replacement)
            else:
                order._subscription_lose_token(self)
        self._send_removal_mail(contracts, replacement)

    def _get_replacement(self):
        """Return the method that the customer saved after this one, if there is no choice.

        Whoever saves a new method and then removes the old one has replaced it. An older method,
        or one of several, may be meant for something else: then the customer is asked.

        :rtype: payment.token
        """
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        # sudo: customers may not search methods
        usable = self.sudo().search(
            [
                ("id", "!=", self.id),
                ("provider_id", "=", self.provider_id.id),
                ("provider_id.state", "=", self.provider_id.state),
                ("partner_id.commercial_partner_id", "=", customer.id),
                "|",
                ("subscription_expiry_date", "=", False),
                ("subscription_expiry_date", ">=", self.company_id._subscription_today()),
            ]
        )
        is_only = len(usable) == 1 and usable.id > self.id
        is_off = const.unseal(self.env.context, const.PROVIDER_OFF_KEY)
        return usable if is_only and not is_off else usable.browse()

    def _send_removal_mail(self, contracts, replacement):
        """Tell the customer what pays the contracts now, or ask for another method.

        Nobody is asked when the company stops to work with a provider.

        :param contracts: `sale.order` that were paid with this method
        :param replacement: `payment.token`, empty when another one is asked for
        """
        template = self.env.ref("sale_recurring.mail_template_method_removed", False)
        is_off = const.unseal(self.env.context, const.PROVIDER_OFF_KEY)
        if not template or is_off or not self.partner_id._get_mail_reader():
            return
        # Where it cannot be written, a colleague is asked all the same.
        template.with_context(
            **const.sealed(const.CONTRACTS_KEY, contracts.ids),
            **{const.MOVED_TO_KEY: replacement.display_name if replacement else ""},
        )._write_mail(self)

    def _get_contracts_without_it(self):
        """Return contracts that the mail about the removal of this method is about."""
        ids = const.unseal(self.env.context, const.CONTRACTS_KEY)
        # sudo: the mail is written whoever removes the method
        contracts = self.env["sale.order"].sudo().browse(ids or ())
        contracts = contracts or self._get_running_contracts()
        return contracts.with_env(self.env)._filtered_access("read")
