from odoo import models
from odoo.fields import Domain


class AccountMove(models.Model):
    """What the customer of a document has with the company besides it."""

    _inherit = "account.move"

    def _get_customer_credit_lines(self):
        """Return open credit notes and payments of the customer of this document.

        A branch is paid through the providers of its parent.

        :return: journal items with money of the customer that pays nothing yet
        :rtype: account.move.line
        """
        self.ensure_one()
        domain = Domain(
            [
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("account_type", "=", "asset_receivable"),
                ("amount_residual", "<", 0),
                ("company_id", "in", self.company_id.sudo().parent_ids.ids),
                ("partner_id.commercial_partner_id", "=", self.commercial_partner_id.id),
            ]
        )
        # sudo: whoever looks after contracts may not read the books
        return self.env["account.move.line"].sudo().search(domain)

    def _get_customer_credit(self):
        """Return how much that is, in the currency of the company."""
        return -sum(self._get_customer_credit_lines().mapped("amount_residual"))
