from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

from ... import const


class PaymentTransaction(models.Model):
    """What a payment of contracts may take, and what becomes of one that is too small.

    Checked where every road ends: routes, forms, jobs, and whoever creates transactions otherwise.
    """

    _inherit = "payment.transaction"

    # ------------------------------------------------------------------
    # Saved methods
    # ------------------------------------------------------------------

    def _check_saved_methods(self):
        """Refuse saved methods that may not pay the documents of contracts, and more than is open.

        :raise ValidationError: it belongs to somebody else, or less is open
        """
        for tx in self.filtered("token_id"):
            if tx.operation in ("refund", "validation") or tx.source_transaction_id:
                continue
            documents = tx._get_documents_of_contracts()
            for document in documents:
                if reason := tx.token_id._get_refusal_for(document):
                    raise ValidationError(reason)
                is_invoice = document._name == "account.move"
                if is_invoice and document._needs_customer_for(tx.token_id):
                    raise ValidationError(document._get_customer_needed_text())
            if documents:
                tx._check_amount_open()
            else:
                tx._check_payer()

    def _check_payer(self):
        """Refuse to charge a method that contracts are paid with for somebody else.

        :raise ValidationError: the method belongs to another customer than the payer
        """
        self.ensure_one()
        owner = self.token_id.partner_id.commercial_partner_id
        payer = self.partner_id.commercial_partner_id
        if owner != payer and self.token_id._is_of_subscriber():
            raise ValidationError(
                self.env._(
                    "This payment method belongs to another customer than %(payer)s.",
                    payer=payer.name,
                )
            )

    def _get_documents_of_contracts(self):
        """Return the orders and invoices of contracts that this is a payment of.

        :rtype: list[sale.order | account.move]
        """
        self.ensure_one()
        documents = (*self.invoice_ids, *self.sale_order_ids)
        return [document for document in documents if document._is_about_contracts()]

    def _check_amount_open(self):
        """Refuse to take more than is left to pay of the documents.

        :raise ValidationError: less is open
        """
        self.ensure_one()
        documents = self.invoice_ids or self.sale_order_ids
        left = sum(
            self._get_amount_of(document, document._get_amount_open_to_pay())
            for document in documents
        )
        if self.currency_id.compare_amounts(self.amount, left) > 0:
            raise ValidationError(self._get_too_much_text(self.amount, left, self.currency_id))

    @api.model
    def _get_too_much_text(self, amount, left, currency):
        """Return one sentence for whoever wants to pay more than is open."""
        return self.env._(
            "%(left)s is left to pay, so %(amount)s cannot be taken. Reload this page to see what "
            "changed.",
            left=currency.format(left),
            amount=currency.format(amount),
        )

    # ------------------------------------------------------------------
    # Too little
    # ------------------------------------------------------------------

    def _set_short_payments_aside(self):
        """Take payments off the drafts that they pay only a part of.

        A draft that waits for the money waits for all of it: core would make it into an invoice.

        :return: contracts by payment, for :meth:`_keep_short_payment`
        :rtype: dict
        """
        short = {}
        for tx in self.filtered(lambda tx: tx.state == "done" and not tx.subscription_invoice_id):
            drafts = tx.invoice_ids.filtered(
                lambda move: move.state == "draft" and move._waits_for_payment()
            )
            left = sum(tx._get_amount_requested(draft) for draft in drafts)
            if drafts and tx.currency_id.compare_amounts(tx.amount, left) < 0:
                short[tx] = drafts.subscription_order_ids
                tx.invoice_ids = [Command.unlink(draft.id) for draft in drafts]
        return short

    def _get_amount_requested(self, draft):
        """Return what a draft asks for, in the currency of this payment.

        A draft may have another one since the form was opened.
        """
        return self._get_amount_of(draft, draft._get_amount_to_charge())

    def _get_amount_of(self, document, amount):
        """Return an amount of a document in the currency of this payment, at today's rate.

        :param document: a `sale.order` or an `account.move`
        :param float amount: in its currency
        """
        self.ensure_one()
        today = document.company_id._subscription_today()
        return document.currency_id._convert(amount, self.currency_id, document.company_id, today)

    def _get_amount_for(self, document):
        """Return what this payment is worth for a document, in the document's currency."""
        self.ensure_one()
        today = document.company_id._subscription_today()
        return self.currency_id._convert(
            self.amount, document.currency_id, document.company_id, today
        )

    def _keep_short_payment(self, orders):
        """Take this payment off what its contracts owe, and ask for the rest only.

        :param orders: `sale.order` whose draft was paid in part
        """
        self.ensure_one()
        self.sale_order_ids = [Command.link(order.id) for order in orders]
        self.payment_id._as_system().subscription_credit_next = True
        orders._post_covered_drafts()
        text = self.env._(
            "%(amount)s came in (%(reference)s), less than was asked for. It is taken off; the "
            "invoice is made once the rest is paid.",
            amount=self.currency_id.format(self.amount),
            reference=self.reference,
        )
        orders._message_log_batch({order.id: text for order in orders})

    # ------------------------------------------------------------------
    # Too often
    # ------------------------------------------------------------------

    @api.model
    def _check_not_too_often(self, document):
        """Refuse one form more than a person needs: each costs a provider's time.

        :param document: a `sale.order` or an `account.move`
        :raise ValidationError: the current user opened too many within the last hour
        """
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        mine = Domain("create_uid", "=", self.env.uid) & Domain("create_date", ">", since)
        # sudo: visitors read no transactions
        opened = self.sudo().search_count(mine & self._get_forms_domain(document))
        if opened >= const.FORMS_PER_HOUR:
            raise ValidationError(
                self.env._(
                    "Too many payments of %(document)s were begun within an hour. Try again later.",
                    document=document.display_name,
                )
            )

    @api.model
    def _get_forms_domain(self, document):
        """Return the domain of payments that were begun for a document. Hook of feature files.

        :param document: a `sale.order` or an `account.move`
        :rtype: Domain
        """
        name = "invoice_ids" if document._name == "account.move" else "sale_order_ids"
        return Domain(name, "in", document.ids)
