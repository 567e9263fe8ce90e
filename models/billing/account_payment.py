from odoo import models

from ... import const


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _search_reconciled_invoice_ids(self, operator, value):
        """Find no payments of the documents of a batch: they are new.

        Core asks for each kind of their lines, and when they are posted, to compute the states of
        these payments; each time the database first gets all that is pending of the lines.
        """
        if operator == "in" and const.unseal(self.env.context, const.BATCH_KEY):
            moves = self.env["account.move"].browse(value)
            if not moves.matched_payment_ids and not moves._is_anything_matched():
                return [("id", "in", ())]
        return super()._search_reconciled_invoice_ids(operator, value)
