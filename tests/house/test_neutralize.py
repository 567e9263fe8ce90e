from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestNeutralize(PaymentCommon):
    """A neutralized copy of a database bills nobody and charges nobody."""

    def neutralize(self):
        self.env.flush_all()
        [query] = get_neutralization_queries(["sale_recurring"])
        self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_scheduled_actions_are_off(self):
        crons = self.env["sale.order"]._get_billing_crons(active_test=False)
        crons |= self.env["account.move"]._get_charging_crons(active_test=False) | self.ask_cron
        crons |= self.env.ref("sale_recurring.ir_cron_dun_subscriptions")
        crons |= self.env.ref("sale_recurring.ir_cron_warn_of_expiry")
        crons |= self.env.ref("sale_recurring.ir_cron_ask_for_methods")
        crons |= self.env.ref("sale_recurring.ir_cron_watch_customers")
        crons |= self.env.ref("sale_recurring.ir_cron_call_webhooks")
        crons |= self.env.ref("sale_recurring.ir_cron_mail_owners")
        self.assertTrue(crons.filtered("active"))
        others = self.env["ir.cron"].search([]) - crons
        self.neutralize()
        self.assertFalse(crons.filtered("active"))
        self.assertEqual(others.filtered("active"), others)

    def test_saved_methods_of_real_providers_cannot_be_charged(self):
        order = self.create_charged_contract()
        invoice = self.bill(order)
        # The demo provider refuses to be anything but a test: only the database can say so.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_provider SET state = 'enabled' WHERE id = %s", [self.provider.id]
        )
        self.neutralize()
        token = order.subscription_payment_token_id
        self.assertTrue(token)
        self.assertFalse(token.active)
        self.assertFalse(invoice._create_charge_transaction())
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_saved_methods_of_test_providers_stay(self):
        order = self.create_charged_contract()
        self.neutralize()
        self.assertTrue(order.subscription_payment_token_id.active)

    def test_charge_that_was_begun_is_not_resumed(self):
        invoice = self.bill(self.create_charged_contract())
        begun = invoice._create_charge_transaction()
        self.assertEqual(begun.state, "draft")
        self.neutralize()
        self.assertEqual(begun.state, "cancel")
