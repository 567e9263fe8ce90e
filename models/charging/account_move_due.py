from odoo import api, models
from odoo.fields import Domain

from ... import const


class AccountMove(models.Model):
    """One due date and one amount: instalments and early discounts count as in core."""

    _inherit = "account.move"

    def _get_instalments(self):
        """Return the instalments of this invoice that are not paid, the first first.

        They are its own journal items: its term may have been edited since.

        :return: journal items, empty when it is paid at once
        :rtype: account.move.line
        """
        self.ensure_one()
        lines = self.line_ids.browse()
        term_ids = self.env["account.payment.term"]._get_instalment_term_ids()
        if self.state != "posted" or self.invoice_payment_term_id.id not in term_ids:
            return lines
        # sudo: whoever looks after contracts may not read the books
        parts = self.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
        if len(parts) < 2:
            return lines
        return parts.filtered(lambda line: not line.reconciled).sorted("date_maturity")

    def _get_amount_due_now(self):
        """Return what the customer has to pay now, as core says it on its own pages.

        Of instalments those that are due, or else the next one; of an invoice with an early
        discount what that leaves for as long as it holds.

        :rtype: float
        """
        self.ensure_one()
        if self.state != "posted":
            return self._get_amount_to_charge()
        if instalments := self._get_instalments():
            today = self.company_id._subscription_today()
            due = instalments.filtered(lambda line: line.date_maturity <= today)
            asked = due or instalments[:1]
            return self.currency_id.round(sum(asked.mapped("amount_residual_currency")))
        if not self.invoice_payment_term_id.early_discount:
            return self.amount_residual
        values = self.company_id._at_company_time(self)._get_invoice_next_payment_values()
        is_discounted = values.get("installment_state") == "epd"
        return values["amount_due"] if is_discounted else self.amount_residual

    def _is_eligible_for_early_payment_discount(self, currency, reference_date):
        """Keep the discount of a payment that was begun in time, and answered by the bank later."""
        day = const.unseal(self.env.context, const.PAID_DAY_KEY) or reference_date
        return super()._is_eligible_for_early_payment_discount(currency, day)

    @api.model
    def _get_due_domain(self, operator, day):
        """Return the domain of invoices of which something was due before, or until, a day.

        :param str operator: '<' or '<='
        :param date day: of the company
        :rtype: Domain
        """
        whole = Domain("invoice_date_due", operator, day)
        term_ids = self.env["account.payment.term"]._get_instalment_term_ids()
        if not term_ids:
            return whole
        part = Domain(
            [
                ("display_type", "=", "payment_term"),
                ("reconciled", "=", False),
                ("date_maturity", operator, day),
            ]
        )
        in_parts = Domain("invoice_payment_term_id", "in", term_ids)
        return whole | (in_parts & Domain("line_ids", "any", part))

    def _wait_for_next_instalment(self):
        """Let this invoice be charged again once its next instalment is due."""
        for move in self.filtered(lambda move: move._get_instalments()):
            move._as_system().write(
                {"subscription_charge_attempted_at": False, "subscription_charge_early": False}
            )
