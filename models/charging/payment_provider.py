from odoo import models
from odoo.exceptions import UserError

from ... import const


class PaymentProvider(models.Model):
    """What has to be there so that money which a provider takes can be booked."""

    _inherit = "payment.provider"

    def _get_booking_error(self, document):
        """Return why a payment of a document could not be booked, before anybody is charged.

        :param document: a `sale.order` or an `account.move` of contracts
        :return: a sentence, or False when it could be booked
        """
        self.ensure_one()
        if self.code in const.PROMISING_PROVIDERS:
            return False
        # sudo: whoever pays or charges may not read the books
        provider, document = self.sudo(), document.sudo()
        line = provider._get_booking_line()
        problem = provider._get_booking_problem(document, line)
        if not problem and document._name == "account.move":
            problem = document._get_posting_error()
        if problem:
            return self.env._(
                "A payment by %(provider)s could not be booked, so nothing was taken: %(problem)s",
                provider=provider.name,
                problem=problem,
            )
        return False

    def _get_booking_line(self):
        """Return the payment methods of the journal by which core books payments of this."""
        self.ensure_one()
        lines = self.journal_id.inbound_payment_method_line_ids
        return lines.filtered(lambda line: line.payment_provider_id == self)

    def _get_booking_problem(self, document, line):
        """Return what is wrong with company, journal, method, accounts or currency, in words.

        :param document: with the rights of the system
        :param line: of :meth:`_get_booking_line`
        """
        journal, currency = self.journal_id, document.currency_id
        if self.company_id not in document.company_id.parent_ids:
            return self.env._(
                "it belongs to %(theirs)s, and the document to %(ours)s.",
                theirs=self.company_id.name,
                ours=document.company_id.name,
            )
        if not journal:
            return self.env._("it has no payment journal. Choose one there.")
        if not journal.active:
            return self.env._(
                "its payment journal %(journal)s is archived. Choose another one there.",
                journal=journal.name,
            )
        if len(line) != 1:
            return self.env._(
                "the journal %(journal)s has not exactly one incoming payment method for it.",
                journal=journal.name,
            )
        if not line.payment_account_id and not self._get_outstanding_account():
            return self.env._(
                "the journal %(journal)s has no account on which it could be booked. Choose an "
                "outstanding account for its incoming payment method.",
                journal=journal.name,
            )
        account = self._get_archived_account(document, line)
        if account:
            return self.env._("the account %(account)s is archived.", account=account.display_name)
        if not currency.active or not (journal.currency_id or currency).active:
            return self.env._("the currency %(currency)s is archived.", currency=currency.name)
        taken = self.available_currency_ids
        if taken and currency not in taken:
            return self.env._("it does not take %(currency)s.", currency=currency.name)
        booked_on = line.payment_account_id or self._get_outstanding_account()
        forced = booked_on.currency_id
        if forced and forced not in (currency, journal.company_id.currency_id):
            return self.env._(
                "the account %(account)s takes %(forced)s only, and the document is in "
                "%(currency)s.",
                account=booked_on.display_name,
                forced=forced.name,
                currency=currency.name,
            )
        return False

    def _get_outstanding_account(self):
        """Return the account that core takes where the payment method of the journal has none.

        :return: empty when there is none, and then no payment can be booked
        :rtype: account.account
        """
        payment = self.env["account.payment"].new(
            {"journal_id": self.journal_id.id, "company_id": self.company_id.id}
        )
        try:
            return payment._get_outstanding_account("inbound")
        except UserError:
            return self.env["account.account"]

    def _get_archived_account(self, document, line):
        """Return an account that the payment would be booked on and that nobody uses any more."""
        accounts = line.payment_account_id or self._get_outstanding_account()
        accounts |= self.journal_id.default_account_id
        if document._name == "account.move":
            terms = document.line_ids.filtered(lambda one: one.display_type == "payment_term")
            accounts |= terms.account_id
        return accounts.filtered(lambda account: not account.active)[:1]
