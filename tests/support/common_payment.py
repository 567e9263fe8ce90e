from odoo.fields import Command

from ..common import SubscriptionCommon

# A PNG of one pixel.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)

# Where the demo provider is asked, and who writes down that it did not answer.
SEND = (
    "odoo.addons.payment_demo.models.payment_transaction.PaymentTransaction._send_payment_request"
)
LOGGERS = (
    "odoo.addons.sale_recurring.models.charging.payment_transaction_charge",
    "odoo.addons.payment.models.payment_transaction",
)


class PaymentCommon(SubscriptionCommon):
    """Contracts that are charged to a saved method of the demo provider.

    The state on the demo token decides how the next charge ends.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls._enable_demo_provider(cls.env, cls.company)
        cls.method = cls.env.ref("payment_demo.payment_method_demo")
        cls.charged_template = cls._create_template("Charged", payment_mode="charge")
        cls.charge_cron = cls.env.ref("sale_recurring.ir_cron_charge_subscriptions")
        cls.ask_cron = cls.env.ref("sale_recurring.ir_cron_ask_charges")

    @staticmethod
    def _enable_demo_provider(env, company):
        """Enable the demo provider of a company, with a journal that can book its payments."""
        provider = env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", company.id)], limit=1
        )
        journal = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )
        provider.write(
            {
                "state": "test",
                "is_published": True,
                "allow_tokenization": True,
                "capture_manually": False,
                "journal_id": journal.id,
            }
        )
        return provider

    @classmethod
    def create_token(cls, state="done", partner=None, **values):
        """Create a saved method whose charges end in a state."""
        return cls.env["payment.token"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "partner_id": (partner or cls.partner).id,
                "payment_details": "4242",
                "provider_ref": "demo card",
                "demo_simulated_state": state,
                **values,
            }
        )

    @classmethod
    def _create_early_term(cls):
        """Return a payment term of 30 days with 10 % off in the first week."""
        return cls.env["account.payment.term"].create(
            {
                "name": "Early",
                "early_discount": True,
                "discount_percentage": 10,
                "discount_days": 7,
                "line_ids": [
                    Command.clear(),
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30}),
                ],
            }
        )

    def create_charged_contract(self, state="done", **values):
        """Create and confirm a contract that is charged to a saved method."""
        token = self.create_token(state)
        return self.create_contract(
            self.line_values(self.seat, 3),
            template=self.charged_template,
            subscription_payment_token_id=token.id,
            **values,
        )

    def create_payment(self, order, **values):
        """Create the transaction of a customer who pays an order online."""
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_invoice_id.id,
                "operation": "online_direct",
                "sale_order_ids": [Command.set(order.ids)],
                **values,
            }
        )

    def run_charges(self):
        """Let the scheduled job that charges run."""
        with self.enter_registry_test_mode():
            self.assertIs(self.charge_cron.method_direct_trigger(), True)

    def run_questions(self):
        """Let the scheduled job that finds out about charges without an outcome run."""
        with self.enter_registry_test_mode():
            self.assertIs(self.ask_cron.method_direct_trigger(), True)

    def after_commit(self):
        """Let happen what waits for the commit: providers are asked for what is saved by then."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def give_back(self, source):
        """Press *Refund* on a credit note or a payment."""
        source.action_subscription_refund()
        self.after_commit()

    def in_a_job(self, records, function):
        """Return what a function returns for these records in a transaction that may commit."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            result = function(records.with_env(self.env(cr=cr)))
        self.env.invalidate_all()
        return result

    def break_template(self, name):
        """Edit a mail template so that no mail can be written to this customer, but to others."""
        body = """<t t-if="object.partner_id.ref == 'odd'" t-out="object.nothing_of_that"/>"""
        self.env.ref(f"sale_recurring.{name}").body_html = body
        self.partner.ref = "odd"
