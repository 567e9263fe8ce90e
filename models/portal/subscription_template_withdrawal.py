from odoo import api, fields, models


class SubscriptionTemplate(models.Model):
    """For how long customers may withdraw from a new contract, as if it had never been."""

    _inherit = "subscription.template"

    withdrawal_days = fields.Integer(
        "Right of Withdrawal",
        tracking=True,
        help="For how many days after the day of the order, or after the first day of service if "
        "that is later, a customer may withdraw online. The contract then ends on its first day "
        "and all its invoices are credited in full. 14 days are the law for consumers in the "
        "European Union. 0: none.",
    )
    withdrawal_consumers_only = fields.Boolean(
        "Consumers Only",
        default=True,
        tracking=True,
        help="Only customers that are no company may withdraw.",
    )

    _withdrawal_not_negative = models.Constraint(
        "CHECK (withdrawal_days >= 0)",
        "The days of a right of withdrawal cannot be negative. Use 0 for none.",
    )

    @api.model
    def _get_summary_fields(self):
        names = super()._get_summary_fields()
        return [*names, "withdrawal_days", "withdrawal_consumers_only"]

    def _get_summary_sentences(self):
        sentences = super()._get_summary_sentences()
        days = self.withdrawal_days
        if days and self.withdrawal_consumers_only:
            sentences.append(
                self.env._("Consumers may withdraw online for %(days)s days.", days=days)
            )
        elif days:
            sentences.append(
                self.env._("Customers may withdraw online for %(days)s days.", days=days)
            )
        return sentences

    def _has_withdrawal(self, customer):
        """Return whether a customer may withdraw from a new contract on this template.

        :param customer: `res.partner` of the contract
        """
        is_company = customer.commercial_partner_id.is_company
        return bool(self.withdrawal_days and not (self.withdrawal_consumers_only and is_company))

    def _prepare_contract_values(self, customer):
        """Keep the right of withdrawal that the customer was told of."""
        values = super()._prepare_contract_values(customer)
        has_right = self._has_withdrawal(customer)
        return {**values, "subscription_withdrawal_days": self.withdrawal_days if has_right else 0}

    def _get_withdrawal_text(self, customer):
        """Return what a customer reads of that right before signing, False when there is none.

        :param customer: `res.partner` of the quotation
        """
        return self._has_withdrawal(customer) and self.env._(
            "You can withdraw within %(days)s days after your order, or after the first day of "
            "service if that is later, without a reason, and get back everything you were charged.",
            days=self.withdrawal_days,
        )
