from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.payment import utils as payment_utils

UNPAID_STATES = ("not_paid", "partial")


class AccountMove(models.Model):
    """Payment requests: drafts that become invoices once their money is in.

    They have no number and no due date of their own, so they count as late from the day on which
    the customer was first asked for the money.
    """

    _inherit = "account.move"

    subscription_requested_date = fields.Date(
        "Payment Requested On",
        copy=False,
        readonly=True,
        help="Day from which the customer is asked to pay this draft. It becomes an invoice with "
        "the payment.",
    )

    _waiting_for_payment = models.Index(
        "(company_id, subscription_requested_date) "
        "WHERE state = 'draft' AND subscription_requested_date IS NOT NULL"
    )

    # ------------------------------------------------------------------
    # What waits for payment
    # ------------------------------------------------------------------

    @api.model
    def _get_request_domain(self):
        """Return the domain of drafts whose customer is asked to pay before they are invoices.

        :rtype: Domain
        """
        return Domain(
            [
                ("state", "=", "draft"),
                ("move_type", "=", "out_invoice"),
                ("subscription_requested_date", "!=", False),
                ("amount_total", ">", 0),
                (
                    "invoice_line_ids.sale_line_ids.order_id",
                    "any",
                    [
                        ("is_subscription", "=", True),
                        ("subscription_template_id.payment_mode", "=", "after_payment"),
                    ],
                ),
            ]
        )

    def _is_payment_request(self):
        """Return whether the customer is asked to pay this draft."""
        self.ensure_one()
        is_requested = self.state == "draft" and bool(self.subscription_requested_date)
        return is_requested and self._waits_for_payment()

    def _is_open_to_pay(self):
        """Return whether this is an invoice, or a request for payment, that is not paid."""
        self.ensure_one()
        is_unpaid = self.move_type == "out_invoice" and self.payment_state in UNPAID_STATES
        return is_unpaid and (self.state == "posted" or self._is_payment_request())

    def _hook_on_drafts_made(self):
        """Note on new drafts from which day on their customer is asked to pay them."""
        super()._hook_on_drafts_made()
        for move in self.filtered(lambda move: move._waits_for_payment()):
            if not move.subscription_requested_date:
                move._as_system().subscription_requested_date = (
                    move.company_id._subscription_today()
                )
            move._follow_voided_request()

    def _is_abandoned_when_unpaid(self):
        """Return whether this draft goes away when its customer does not pay it. Hook.

        :rtype: bool
        """
        return False

    def _get_payment_due_date(self):
        """Return day on which the money should be in: of a request, the day it was asked for."""
        self.ensure_one()
        is_open_invoice = self.state == "posted" and self.payment_state in UNPAID_STATES
        asked = not is_open_invoice and self.subscription_requested_date
        instalments = is_open_invoice and self._get_instalments()
        return asked or (instalments and instalments[0].date_maturity) or self.invoice_date_due

    def _get_open_amount_signed(self):
        """Return what is left to pay, in the currency of the company."""
        self.ensure_one()
        if self.state == "posted" or not self.amount_total:
            return self.amount_residual_signed
        # Credit that was kept for it is not asked for.
        share = self._get_amount_to_charge() / self.amount_total
        return self.company_currency_id.round(self.amount_total_signed * share)

    # ------------------------------------------------------------------
    # Words and links
    # ------------------------------------------------------------------

    def _get_payment_name(self):
        """Return how people tell this document from others: its number, or what it asks for."""
        self.ensure_one()
        if self.state != "draft" and self.name and self.name != "/":
            return self.name
        # sudo: whoever looks at the document may lack rights on its contracts
        orders = self.sudo()._get_subscription_orders()
        return self.env._(
            "Payment request %(contracts)s (%(day)s)",
            contracts=", ".join(orders.mapped("name")),
            day=format_date(self.env, self._get_payment_due_date()),
        )

    def _get_payment_url(self):
        """Return the address of the page on which anybody who has the link can pay this document.

        A reader who may not read the document, or its contract, gets it without the token.
        """
        self.ensure_one()
        order = self.sudo()._get_subscription_orders()[:1]  # sudo: as above
        if self.state != "draft" or not order:
            query = urlencode({"access_token": self._get_link_token(), "payment": True})
            return f"{self.get_base_url()}/my/invoices/{self.id}?{query}#portal_pay"
        # The draft may be made anew meanwhile: the contract knows what is to be paid then.
        token = order.with_env(self.env)._get_link_token()
        query = urlencode({"access_token": token, "document": self.id})
        return f"{self.get_base_url()}/my/orders/{order.id}/pay?{query}"

    def _get_payment_form_url(self):
        """Return path of Odoo's own payment form with what this draft asks for."""
        self.ensure_one()
        amount = self._get_amount_to_charge()
        token = payment_utils.generate_access_token(
            self.partner_id.id, amount, self.currency_id.id, env=self.env
        )
        query = urlencode({"invoice_id": self.id, "amount": amount, "access_token": token})
        return f"/payment/pay?{query}"

    # ------------------------------------------------------------------
    # Invoices that are made after the payment: until then a draft stands for what is due
    # ------------------------------------------------------------------

    def _get_amount_to_charge(self):
        """Return what is left to pay of this document, be it posted or not.

        Credit that was kept for it is taken off a draft as it will be when the draft is posted.

        :rtype: float
        """
        self.ensure_one()
        if self.state == "posted":
            return self.amount_residual
        return self.currency_id.round(self.amount_residual - self._get_credit_to_use())

    def _get_default_payment_link_values(self):
        """Ask for no more than kept credit, and money under way, leave to pay."""
        values = super()._get_default_payment_link_values()
        if self.state == "draft" and self._waits_for_payment():
            values["amount"] = values["amount_max"] = self._get_amount_to_charge()
        if self._is_about_contracts() and self._get_amount_coming():
            left = self._get_amount_open_to_pay()
            values.update(amount=min(values["amount"], left), amount_max=left)
        return values

    def _send_paid_drafts(self):
        """Mail documents that were posted by their payment, when their template asks for it."""
        to_send = self.filtered(
            lambda move: move.state == "posted" and set(move._get_invoice_modes()) == {"send"}
        )
        if to_send:
            to_send._queue_subscription_sending()

    def _make_invoices_of_paid(self):
        """Make invoices of drafts that somebody paid by hand, or set credit against."""
        # sudo: whoever books the money may not see the contracts
        for draft in self.sudo().filtered(lambda move: move.state == "draft"):
            is_settled = draft.payment_state in ("paid", "in_payment", "reversed")
            if is_settled and draft._waits_for_payment():
                draft._date_paid_draft()
                draft.company_id._at_company_time(draft).action_post()
                draft._send_paid_drafts()

    def _get_invoice_modes(self):
        """Return what the templates say should happen to an invoice once it is made."""
        self.ensure_one()
        orders = self._get_subscription_orders()
        return [order._get_subscription_template().invoice_mode for order in orders]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_being_charged(self):
        """Keep a document whose charge may still take the money."""
        for move in self:
            move._check_no_money_under_way(self.env._("delete it"))
