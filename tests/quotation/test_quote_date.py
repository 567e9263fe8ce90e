from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..support.common_payment import SIGNATURE, PaymentCommon


@tagged("post_install", "-at_install")
class TestQuoteDate(PaymentCommon):
    """The amount due now moves with the day until the customer accepts it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._create_template("Calendar", alignment="calendar")
        cls.refresh_cron = cls.env.ref("sale_recurring.ir_cron_refresh_quotes")

    def prepare_once(self):
        super().prepare_once()
        self.travel("2027-01-22")

    def _create_quotation(self, **values):
        # 31.00 a month: 1.00 a day in January.
        return self.create_order(
            self.line_values(self.seat, 1, price_unit=31.0),
            template=self.calendar,
            **{"require_signature": False, "require_payment": True, **values},
        )

    def _refresh(self):
        with self.enter_registry_test_mode():
            self.assertIs(self.refresh_cron.method_direct_trigger(), True)

    def test_amount_follows_the_day(self):
        order = self._create_quotation()
        self.assertEqual(order.amount_untaxed, 10.0)
        self.travel("2027-01-23")
        self.assertEqual(order.tax_totals["base_amount_currency"], 9.0, "a form shows today's")
        order._subscription_refresh_quote()
        self.assertEqual(order.amount_untaxed, 9.0)

    def test_nightly_refresh(self):
        order = self._create_quotation()
        signed = self._create_quotation()
        signed.signature = SIGNATURE
        messages = order.message_ids
        self.travel("2027-01-30")
        self._refresh()
        self.assertEqual(order.amount_untaxed, 2.0)
        self.assertEqual(order.message_ids, messages)
        self.assertEqual(signed.amount_untaxed, 10.0)

    def test_other_quotations_are_left_alone(self):
        order = self.create_order(self.setup_service)
        order._subscription_refresh_quote()
        self._refresh()
        self.assertFalse(order.subscription_quote_date)
        self.assertEqual(order.amount_untaxed, 250.0)
        self.create_payment(order)
        self.assertFalse(order.subscription_quote_frozen)

    def test_payment_holds_start_and_amount(self):
        order = self._create_quotation()
        tx = self.create_payment(order)
        self.assertTrue(order.subscription_quote_frozen)
        self.assertEqual(tx.subscription_quote_date.isoformat(), "2027-01-22")
        tx._set_pending()
        self.travel("2027-01-26")
        self._refresh()
        order._subscription_refresh_quote()
        self.assertEqual(order.amount_untaxed, 10.0)
        tx._set_done()
        tx._post_process()
        self.assertEqual(order.subscription_start_date.isoformat(), "2027-01-22")
        self.assertEqual(self.bill(order).amount_total, tx.amount)

    def test_failed_payment_gives_the_amount_free(self):
        for fail in ("_set_error", "_set_canceled"):
            with self.subTest(fail):
                self.travel("2027-01-22")
                order = self._create_quotation()
                tx = self.create_payment(order)
                getattr(tx, fail)("declined")
                self.assertFalse(order.subscription_quote_frozen)
                self.travel("2027-01-23")
                order._subscription_refresh_quote()
                self.assertEqual(order.amount_untaxed, 9.0)

    def test_second_payment_still_holds_when_the_first_fails(self):
        order = self._create_quotation()
        first, second = self.create_payment(order), self.create_payment(order)
        first._set_error("declined")
        self.assertTrue(order.subscription_quote_frozen)
        second._set_canceled()
        self.assertFalse(order.subscription_quote_frozen)

    def test_abandoned_payment_gives_the_amount_free(self):
        order = self._create_quotation()
        tx = self.create_payment(order)
        self.env.cr.execute(
            "UPDATE payment_transaction SET last_state_change = %s WHERE id = %s",
            ("2027-01-22 12:00:00", tx.id),
        )
        tx.invalidate_recordset()
        self.travel("2027-01-24")
        self._refresh()
        self.assertFalse(order.subscription_quote_frozen)
        self.assertEqual(order.amount_untaxed, 8.0)

    def test_an_opened_form_holds_the_amount_for_minutes(self):
        order = self._create_quotation()
        self.travel("2027-01-22", hour=23, minute=50)
        self.create_payment(order)
        self.travel("2027-01-23", hour=0, minute=5)
        order._subscription_refresh_quote()
        self.assertEqual((order.subscription_quote_frozen, order.amount_untaxed), (True, 10.0))
        self.travel("2027-01-23", hour=0, minute=11)
        order._subscription_refresh_quote()
        self.assertEqual((order.subscription_quote_frozen, order.amount_untaxed), (False, 9.0))

    def test_forms_opened_again_and_again_hold_nothing(self):
        order = self._create_quotation()
        for minute in (41, 44, 47, 50):
            self.travel("2027-01-22", hour=23, minute=minute)
            self.create_payment(order)
        self.travel("2027-01-23", hour=0, minute=1)
        order._subscription_refresh_quote()
        self.assertEqual((order.subscription_quote_frozen, order.amount_untaxed), (False, 9.0))

    def test_late_success_is_taken_at_the_accepted_amount(self):
        order = self._create_quotation()
        tx = self.create_payment(order)
        order.write({"subscription_quote_frozen": False})
        self.travel("2027-02-03")
        order._subscription_refresh_quote()
        self.assertEqual(order.amount_untaxed, 28.79)
        tx._set_done()
        tx._post_process()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.subscription_start_date.isoformat(), "2027-01-22")
        first = self.bill(order)
        self.assertEqual(first.amount_total, tx.amount)
        self.assertFalse(first.amount_residual)
        second = self.bill(order)
        self.assertEqual(second.amount_untaxed, 31.0)
        self.assertBillsNothing(order)

    def test_signature_holds_start_and_amount(self):
        order = self._create_quotation()
        order.signature = SIGNATURE
        tx = self.create_payment(order)
        tx._set_error("declined")
        self.assertTrue(order.subscription_quote_frozen)
        self.travel("2027-01-25")
        order._subscription_refresh_quote()
        self.assertEqual(order.amount_untaxed, 10.0)
        order.action_confirm()
        self.assertEqual(order.subscription_start_date.isoformat(), "2027-01-22")
        self.assertEqual(self.bill(order).amount_untaxed, 10.0)

    def test_back_to_quotation_gives_the_amount_free(self):
        order = self._create_quotation()
        order.signature = SIGNATURE
        order._action_cancel()
        order.action_draft()
        self.assertFalse(order.subscription_quote_frozen)
        self.travel("2027-01-25")
        order._subscription_refresh_quote()
        self.assertEqual(order.amount_untaxed, 7.0)

    def test_accepted_amount_is_billed_alone_when_the_run_comes_after_midnight(self):
        self.travel("2027-01-31", hour=23)
        order = self._create_quotation()
        tx = self.create_payment(order)
        tx._set_done()
        tx._post_process()
        self.run_cron("2027-02-01")
        self.assertEqual(order.subscription_next_invoice_date.isoformat(), "2027-02-01")
        self.run_cron()
        first, second = order.invoice_ids.sorted("id")
        self.assertEqual(first.amount_untaxed, 1.0)
        self.assertEqual(first.amount_total, tx.amount)
        self.assertEqual(second.amount_untaxed, 31.0)
        self.assertFalse(second.transaction_ids)

    def test_staff_confirms_at_the_amount_of_the_day(self):
        order = self._create_quotation()
        self.travel("2027-01-29")
        order.action_confirm()
        self.assertEqual(order.amount_untaxed, 3.0)
        self.assertEqual(self.bill(order).amount_untaxed, 3.0)

    def test_payment_link_asks_for_the_amount_of_the_day(self):
        order = self._create_quotation()
        self.travel("2027-01-29")
        self.assertEqual(order._get_default_payment_link_values()["amount"], 3.6)

    def test_running_contract_is_paid_by_its_invoice(self):
        order = self._create_quotation()
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "open invoice"):
            order._get_default_payment_link_values()

    def test_start_too_long_ago_is_refused_with_a_reason(self):
        order = self._create_quotation(subscription_start_date="2020-01-01")
        with self.assertRaisesRegex(UserError, "start date"):
            order.action_confirm()

    def test_signed_contract_in_arrears_is_billed_when_the_period_is_over(self):
        template = self._create_template("Later", timing="arrears")
        order = self.create_order(self.seat, template=template, require_signature=True)
        order.signature = SIGNATURE
        order.action_confirm()
        self.assertFalse(self.bill(order))
        self.run_cron("2027-02-22")
        self.assertEqual(self.get_table(order), [("2027-01-22", "2027-02-21", 1, 10)])
        self.assertEqual(order.subscription_next_invoice_date.isoformat(), "2027-03-22")

    def test_signed_contract_in_arrears_bills_its_set_up_fee_first(self):
        template = self._create_template("Later", timing="arrears")
        order = self.create_order(self.seat, self.setup_service, template=template)
        order.signature = SIGNATURE
        order.action_confirm()
        self.assertEqual(self.bill(order, "2027-01-24").amount_total, order.amount_total)
        self.run_cron("2027-02-22")
        self.assertEqual(self.get_table(order), [("2027-01-22", "2027-02-21", 1, 10)])

    def test_signed_contract_that_is_paused_at_once_is_billed_when_it_goes_on(self):
        order = self.create_order(self.seat, require_signature=True)
        order.signature = SIGNATURE
        order.action_confirm()
        order._subscription_pause(order.subscription_start_date, fields.Date.to_date("2027-02-01"))
        self.assertFalse(self.bill(order))
        self.run_cron("2027-02-01")
        self.assertEqual(self.get_table(order)[0][:2], ("2027-02-01", "2027-02-21"))
