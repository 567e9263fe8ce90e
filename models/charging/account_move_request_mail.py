import logging

from odoo import api, fields, models
from odoo.fields import Domain
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)

REQUEST_MAIL = "sale_recurring.mail_template_payment_request"


class AccountMove(models.Model):
    """Customers without a saved method are asked by mail to pay, before there is an invoice."""

    _inherit = "account.move"

    subscription_requested_at = fields.Datetime(
        "Payment Request Sent",
        copy=False,
        readonly=True,
        help="When the customer was asked by mail to pay this draft.",
    )

    @api.model
    def _send_payment_requests(self):
        """Ask for the money of drafts that no saved method pays, once each.

        Called by the charging run after the charges; commits after each mail.
        """
        Cron = self.env["ir.cron"]
        for move in self._get_requests_to_send():
            try:
                move._send_payment_request()
            except Exception as error:
                # Whatever is wrong with one mail must not stop the others.
                self.env.cr.rollback()
                level = logging.INFO if isinstance(error, OperationalError) else logging.ERROR
                _logger.log(
                    level, "payment request %(move)s waits", {"move": move.id}, exc_info=True
                )
            Cron._commit_progress()

    @api.model
    def _get_requests_to_send(self):
        """:return: drafts to ask for that were not asked for yet, the oldest first"""
        domain = self._get_request_domain() & Domain("subscription_requested_at", "=", False)
        moves = self.search(domain, order="subscription_asked_date, id", limit=1000)
        return moves.filtered(lambda move: move._is_payment_asked_by_mail())

    def _is_payment_asked_by_mail(self):
        """:return: whether nothing else will pay this draft, and nobody is paying it"""
        self.ensure_one()
        token = self._get_subscription_token()
        return not (token and token.active) and not self._get_open_charges()

    def _send_payment_request(self):
        """Queue the mail about one draft and note it on its contracts.

        A customer without an address is left to the salesperson.
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True) or self.subscription_requested_at:
            return
        move = self.with_company(self.company_id)
        move.subscription_requested_at = fields.Datetime.now()
        name = move._get_payment_name()
        template = self.env.ref(REQUEST_MAIL, raise_if_not_found=False)
        if not move.partner_id.email:
            summary = self.env._("%(invoice)s waits for payment", invoice=name)
            move._ask_about_dunning(summary, move._get_no_address_text())
            return
        if not template:
            return
        template.send_mail(move.id)
        text = self.env._(
            "The customer was asked by mail to pay %(amount)s. The invoice is made with the "
            "payment.",
            amount=move.currency_id.format(move._get_amount_to_charge()),
        )
        orders = move.sudo()._get_subscription_orders()  # sudo: run of every company
        orders._message_log_batch({order.id: text for order in orders})
