from odoo import fields, models
from odoo.fields import Command, Domain


class PaymentTransaction(models.Model):
    """Payments of next periods: what becomes of their drafts, and of money that comes too late."""

    _inherit = "payment.transaction"

    subscription_prepayment_order_id = fields.Many2one(
        "sale.order",
        "Pays Ahead",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The contract whose next period this payment was begun for.",
    )

    def _hook_on_charge_outcome(self):
        """Give up the draft of a next period that could not be charged; tell who asked for it."""
        draft = self.subscription_invoice_id
        is_declined = self.state in ("cancel", "error") and draft._is_given_up_when_declined()
        if is_declined and draft.subscription_pay_first:
            # The customer is there and sees it; nobody else has to do anything.
            self._as_system().subscription_told_state = self.state
        else:
            super()._hook_on_charge_outcome()
        if is_declined:
            draft._give_up_prepayment()

    def _hook_on_processed(self):
        """Give up drafts that were not paid; keep money that came later for the next invoice."""
        super()._hook_on_processed()
        failed = self.filtered(lambda tx: tx.state in ("cancel", "error"))
        drafts = failed.invoice_ids.filtered(lambda move: move._is_abandoned_when_unpaid())
        drafts.filtered(lambda move: not move._get_live_payments())._give_up_prepayment()
        for tx in self.filtered("subscription_prepayment_order_id"):
            if tx.state == "done" and not tx.invoice_ids:
                tx._keep_for_next_invoice()

    def _keep_for_next_invoice(self):
        """Settle the next invoice of the contract with this payment, whose draft is gone."""
        self.ensure_one()
        order = self.subscription_prepayment_order_id
        if order in self.sale_order_ids:
            return
        self.sale_order_ids = [Command.link(order.id)]
        order.message_post(
            body=self.env._(
                "%(amount)s came in for a period that was given up meanwhile (%(reference)s). The "
                "next invoice is settled with it.",
                amount=self.currency_id.format(self.amount),
                reference=self.reference,
            )
        )

    def _get_forms_domain(self, document):
        """Count payments of next periods of a contract as well."""
        domain = super()._get_forms_domain(document)
        if document._name != "sale.order":
            return domain
        return domain | Domain("subscription_prepayment_order_id", "in", document.ids)

    def _is_about_contracts(self):
        """Count payments of next periods."""
        tx = self._get_first()
        return bool(tx.subscription_prepayment_order_id) or super()._is_about_contracts()
