from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from .common_payment import PaymentCommon
from .warm import WarmCase


class PortalTourCase(WarmCase, HttpCase):
    """A customer in a browser, with a contract of two seats that is billed and paid today.

    The clock runs: a browser waits for real seconds.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.company
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", company)
        provider = PaymentCommon._enable_demo_provider(cls.env, company)
        partner = cls.env["res.partner"].create({"name": "Tour Customer", "email": "t@example.com"})
        cls.login = new_test_user(
            cls.env, "tour_customer", groups="base.group_portal", partner_id=partner.id
        ).login
        month, year = (
            cls.env.ref(f"sale_recurring.recurrence_{name}") for name in ("month", "year")
        )
        seat = cls.create_seat({month: 60.0, year: 300.0})
        template = cls.env["subscription.template"].create(
            {
                "name": "Tour",
                "recurrence_id": month.id,
                "recurrence_ids": [Command.set(year.ids)],
                "payment_mode": "charge",
                "customer_control": "upgrade_downgrade",
                "customers_may_switch": True,
            }
        )
        token = cls.env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": cls.env.ref("payment_demo.payment_method_demo").id,
                "partner_id": partner.id,
                "provider_ref": "demo card",
                "demo_simulated_state": "done",
            }
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "subscription_template_id": template.id,
                "subscription_payment_token_id": token.id,
                "order_line": [Command.create({"product_id": seat.id, "product_uom_qty": 2})],
            }
        )
        cls.order.action_confirm()
        move = cls.order._bill_subscriptions()
        wizard = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({})._create_payments()

    @classmethod
    def create_seat(cls, prices):
        seat = cls.env["product.product"].create(
            {
                "name": "Tour Seat",
                "type": "service",
                "list_price": 60.0,
                "is_recurring": True,
                "taxes_id": False,
            }
        )
        for recurrence, price in prices.items():
            cls.env["subscription.price"].create(
                {
                    "product_tmpl_id": seat.product_tmpl_id.id,
                    "recurrence_id": recurrence.id,
                    "price": price,
                }
            )
        return seat

    def walk(self, name):
        self.start_tour(f"/my/orders/{self.order.id}", name, login=self.login)
        self.env.invalidate_all()
