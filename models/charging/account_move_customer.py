from odoo import models
from odoo.fields import Domain


class AccountMove(models.Model):
    """What the customer of a document has with the company besides it."""

    _inherit = "account.move"

    def _get_mail_reader(self):
        """Return who reads mails about this document: whoever received it, when that helps.

        Somebody who left, or has no address, is stood in for by their company, then by the
        customer of the contract.

        :return: empty when nobody helps, or there is no document
        :rtype: res.partner
        """
        if self.partner_id._can_read_mails():
            return self.partner_id
        # sudo: run of every company
        orders = self.sudo()._get_subscription_orders()
        people = self.commercial_partner_id | orders.partner_invoice_id | orders.partner_id
        people |= orders.partner_id.commercial_partner_id
        people = people.with_env(self.env)
        return people.filtered(lambda person: person._can_read_mails())[:1]

    def _get_no_address_text(self):
        """Return that nobody can be written to, in a sentence."""
        return self.env._(
            "%(customer)s has no email address and could not be reminded. Add one, or call them.",
            customer=self.partner_id[:1].display_name,
        )

    def _tell_of_failed_mail(self, reason):
        """Ask somebody to reach the customer of this document in another way.

        :param str reason: why a mail about it did not leave
        """
        name = self._get_payment_name()
        text = self.env._(
            "A mail to the customer about %(invoice)s did not leave: %(reason)s. Mend that and "
            "send it again from the outgoing mails, or call them.",
            invoice=name,
            reason=reason or self.env._("nobody knows why"),
        )
        summary = self.env._("%(invoice)s: a mail to the customer failed", invoice=name)
        self._schedule_for_salespeople(summary, text)

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
