from odoo import fields, models


class SaleOrder(models.Model):
    """Contracts whose invoices are made after the payment."""

    _inherit = "sale.order"

    subscription_voided_request = fields.Json(
        "Deleted Request for Payment",
        copy=False,
        readonly=True,
        groups="base.group_system",
        help="What was done about a request for payment that a change of the contract deleted, "
        "until the draft is made that takes its place.",
    )

    def _get_open_requests(self):
        """:return: drafts of these contracts that their customers are asked to pay"""
        moves = self.order_line.invoice_lines.move_id
        return moves.filtered(lambda move: move._is_payment_request())

    def _get_document_to_pay(self, document_id=None):
        """Return what a customer who follows a link should pay now.

        :param int document_id: the document that the link was about, when it is still open
        :return: an open `account.move` whose payment is not on its way, empty when all is paid
        """
        self.ensure_one()
        moves = self._get_open_invoices_to_pay().filtered(lambda move: not move._get_open_charges())
        return moves.filtered(lambda move: move.id == document_id) or moves[:1]

    def _is_method_wanted(self):
        """:return: whether a saved method of the customer is charged for one contract"""
        self.ensure_one()
        mode = self._get_subscription_terms().payment_mode
        is_saved = bool(self.subscription_payment_token_id)
        return mode == "charge" or (mode == "after_payment" and is_saved)
