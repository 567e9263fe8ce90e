from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user
from odoo.tools import mute_logger
from requests.exceptions import HTTPError

from .common_dunning import DunningCommon


class VisitorCase(DunningCommon, HttpCase):
    """Somebody with a browser at the routes that take money, with a login or only with a link."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("account_payment.enable_portal_payment", True)
        self.enterContext(mute_logger("odoo.http"))

    def log_in(self, partner):
        """Go on as a user of the portal who is this partner."""
        user = new_test_user(
            self.env, f"visitor.{partner.id}", groups="base.group_portal", partner_id=partner.id
        )
        self.authenticate(user.login, user.login)
        return user

    def create_quotation(self, **values):
        """Return a quotation of a contract that its customer may pay online."""
        values = {"require_payment": True, "require_signature": False, **values}
        order = self.create_order(self.line_values(self.seat, 3), **values)
        order.action_quotation_sent()
        return order

    def create_plain_order(self):
        """Return a quotation without anything recurring, which is paid online as in Odoo."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "require_payment": True,
                "require_signature": False,
                "order_line": [Command.create(self.line_values(self.setup_service))],
            }
        )
        order.action_quotation_sent()
        return order

    def create_plain_invoice(self):
        """Return a posted invoice that no contract has to do with."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [Command.create({"name": "Advice", "price_unit": 30.0})],
            }
        )
        invoice.action_post()
        return invoice

    def create_request(self, **values):
        """Return a draft that becomes an invoice once it is paid."""
        template = self._create_template("Paid first", payment_mode="after_payment")
        return self.bill(self.create_contract(self.line_values(self.seat, 3), template=template))

    def pay(self, document, token=None, access_token=None, path=None, is_charged=True, **values):
        """Send what the payment form of a document sends.

        :param is_charged: let a saved method be charged once the attempt is saved
        :return: the transaction that was begun
        """
        if document._name == "sale.order":
            path = path or f"/my/orders/{document.id}/transaction"
            amount = document.amount_total
        else:
            path = path or f"/invoice/transaction/{document.id}"
            amount = document.amount_residual if document.state == "posted" else 36.0
        result = self.make_jsonrpc_request(
            path,
            {
                "access_token": access_token or document._portal_ensure_token(),
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": token.id if token else None,
                "amount": amount,
                "flow": "token" if token else "direct",
                "tokenization_requested": False,
                "landing_route": "/my",
                **values,
            },
        )
        tx = self.env["payment.transaction"].search([("reference", "=", result["reference"])])
        if token and is_charged:
            self.charge_attempt(tx)
        return tx

    def charge_attempt(self, tx):
        """Let the provider be asked, as it is once the attempt is saved."""
        self.in_a_job(tx, lambda tx: tx._charge_subscription())

    def answer(self, tx, state="done"):
        """Let the provider answer, and Odoo book it."""
        tx._process("demo", {"reference": tx.reference, "simulated_state": state})
        tx._post_process()

    def assertNotBegun(self, document, *args, **values):
        """The routes refuse this with a sentence, and nothing is left behind."""
        before = self.env["payment.transaction"].search_count([])
        with self.subTest(document=document.display_name, **values):
            self.assertTrue(self.is_refused(lambda: self.pay(document, *args, **values)))
            self.env.invalidate_all()
            self.assertEqual(self.env["payment.transaction"].search_count([]), before)

    def is_refused(self, function):
        """Return whether a route answers a call with a refusal."""
        try:
            function()
        except (JsonRpcException, HTTPError):
            return True
        return False
