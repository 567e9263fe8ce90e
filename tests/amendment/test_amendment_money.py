from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon
from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestAmendmentMoney(AmendmentCommon, PaymentCommon):
    """What an amendment asks for is what its contract bills, also when it was paid before."""

    def prepare_once(self):
        super().prepare_once()
        self.first = self.bill(self.contract)
        self.travel("2027-02-15")

    def _amend_seats(self, quantity, **values):
        amendment = self.amend(require_payment=True, require_signature=False, **values)
        self.target(amendment, self.seats).product_uom_qty = quantity
        return amendment.sudo()

    def _pay(self, amendment, **values):
        tx = self.create_payment(amendment, **values)
        tx._set_done()
        tx._post_process()
        return tx

    def test_a_payment_confirms_and_settles_the_next_invoice(self):
        amendment = self._amend_seats(8)
        asked = amendment.amount_total
        tx = self._pay(amendment)
        self.assertEqual(amendment.state, "sale")
        self.assertFalse(amendment.invoice_ids)
        move = self.bill(self.contract)
        self.assertAlmostEqual(move.amount_total, asked)
        self.assertEqual(move.transaction_ids, tx)
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertBillsNothing(self.contract)

    def test_a_validation_settles_nothing(self):
        amendment = self._amend_seats(8)
        self.create_payment(amendment, operation="validation", amount=0)
        amendment.action_confirm()
        self.assertFalse(self.bill(self.contract).transaction_ids)

    def test_a_payment_before_the_day_bills_the_quoted_spans_ahead(self):
        amendment = self._amend_seats(8, subscription_effective_mode="period")
        asked = amendment.amount_total
        self.assertAlmostEqual(asked, 96)
        self._pay(amendment)
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 2, 15))
        move = self.bill(self.contract)
        self.assertAlmostEqual(move.amount_total, asked)
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual(move.invoice_line_ids.sale_line_ids, self.seats)
        self.assertEqual(move.invoice_line_ids.deferred_start_date, date(2027, 2, 28))
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 2, 28))
        self.assertBillsNothing(self.contract)
        self.assertNothingFound(self.contract)
        move = self.bill(self.contract, "2027-02-28")
        self.assertAlmostEqual(move.amount_untaxed, self.help.price_unit)
        self.assertLedgerWhole(self.contract)

    def test_billing_up_to_a_day_by_hand_does_not_forget_what_was_paid_ahead(self):
        amendment = self._amend_seats(8, subscription_effective_mode="period")
        self._pay(amendment)
        self.contract._bill_subscriptions(date(2027, 2, 15))
        self.assertTrue(amendment.subscription_amendment_pending)
        self.assertAlmostEqual(self.bill(self.contract).amount_total, amendment.amount_total)
        self.assertFalse(amendment.subscription_amendment_pending)

    def test_an_accepted_reduction_that_waits_for_the_next_invoice_is_closed_by_the_run(self):
        """The run is called for what was accepted, though its credit puts the date off."""
        self.contract.subscription_template_id.credit_on_downgrade = "offset"
        amendment = self._amend_seats(1)
        amendment._subscription_freeze_quote()
        amendment.action_confirm()
        self.assertTrue(amendment.subscription_amendment_pending)
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 2, 15))
        self.assertFalse(self.bill(self.contract))
        self.assertFalse(amendment.subscription_amendment_pending)
        self.assertEqual(self.contract.subscription_next_invoice_date, date(2027, 2, 28))

    def test_a_line_that_is_paid_before_it_begins_is_billed_ahead(self):
        amendment = self.amend(
            require_payment=True,
            subscription_effective_mode="date",
            subscription_effective_date="2027-02-20",
        ).sudo()
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        asked = amendment.amount_untaxed
        self.assertAlmostEqual(asked, self.currency.round(119.90 * 8 / 28))
        self._pay(amendment)
        move = self.bill(self.contract)
        self.assertAlmostEqual(move.amount_untaxed, asked)
        self.assertEqual(move.invoice_line_ids.deferred_start_date, date(2027, 2, 20))
        self.assertBillsNothing(self.contract)
        moves = self.bill(self.contract, "2027-02-20")
        self.assertFalse(moves)

    def test_beginning_a_payment_holds_day_and_amount(self):
        amendment = self._amend_seats(8)
        asked = amendment.amount_total
        tx = self.create_payment(amendment)
        tx._set_pending()  # a form that is only open holds the amount for minutes
        self.travel("2027-02-17")
        amendment._subscription_refresh_quote()
        self.assertAlmostEqual(amendment.amount_total, asked)
        self.assertEqual(amendment.subscription_effective_date, date(2027, 2, 15))
        tx._set_done()
        tx._post_process()
        move = self.bill(self.contract)
        self.assertAlmostEqual(move.amount_total, asked)
        self.assertEqual(move.invoice_line_ids.deferred_start_date, date(2027, 2, 15))

    def test_a_payment_that_comes_through_in_the_next_period_bills_what_was_accepted_first(self):
        self.travel("2027-02-27")
        amendment = self._amend_seats(8)
        asked = amendment.amount_total
        tx = self.create_payment(amendment)
        self.bill(self.contract, "2027-02-28")
        self.travel("2027-03-01")
        tx._set_done()
        tx._post_process()
        move = self.bill(self.contract)
        self.assertAlmostEqual(move.amount_total, asked)
        rest = self.bill(self.contract)
        self.assertAlmostEqual(rest.amount_untaxed, 30)
        self.assertBillsNothing(self.contract)
        self.assertLedgerWhole(self.contract)

    def test_a_failed_payment_gives_day_and_amount_free(self):
        amendment = self._amend_seats(8)
        asked = amendment.amount_total
        self.create_payment(amendment)._set_canceled()
        self.travel("2027-02-17")
        amendment._subscription_refresh_quote()
        self.assertLess(amendment.amount_total, asked)
        self.assertEqual(amendment._get_effective_date(), date(2027, 2, 17))

    def test_a_credit_cannot_be_paid_online(self):
        amendment = self._amend_seats(2)
        self.assertLess(amendment.amount_total, 0)
        self.assertFalse(amendment._has_to_be_paid())
        with self.assertRaisesRegex(ValidationError, "nothing to pay"):
            amendment._check_online_payment({"amount": 1.0})

    def test_a_confirmed_amendment_is_paid_by_the_invoice(self):
        amendment = self._amend_seats(8)
        amendment.action_confirm()
        with self.assertRaisesRegex(ValidationError, "open invoice"):
            amendment._check_online_payment({"amount": amendment.amount_total})

    def test_a_payment_of_an_outdated_amendment_is_kept_and_asks_for_help(self):
        amendment = self._amend_seats(8)
        tx = self.create_payment(amendment)
        self.seats.product_uom_qty = 6
        tx._set_done()
        tx._post_process()
        self.assertEqual((tx.state, amendment.state), ("done", "draft"))
        self.assertIn(amendment.name, amendment.activity_ids.note)
        self.assertEqual(self.seats.product_uom_qty, 6)

    def test_every_rounding_and_taxes_included(self):
        included = self._create_tax(21, price_include_override="tax_included")
        phone = self._create_product("Phone", 9.97, taxes_id=[Command.set(included.ids)])
        for rounding in ("round_per_line", "round_globally"):
            with self.subTest(rounding):
                self.travel("2027-01-31")
                self.company.tax_calculation_rounding_method = rounding
                contract = self.create_contract(
                    self.line_values(self.seat, 7, price_unit=3.33, discount=12.5),
                    self.line_values(phone, 3),
                )
                self.bill(contract)
                self.travel("2027-02-11")
                amendment = self.amend(contract)
                seats, phones = contract.order_line
                self.target(amendment, seats).product_uom_qty = 11
                self.target(amendment, phones).product_uom_qty = 5
                amendment.order_line = [Command.create({"product_id": self.setup_service.id})]
                self.assertBillsAmount(amendment, contract)

    def test_the_method_that_pays_is_kept_on_the_contract(self):
        contract = self.create_contract(
            self.line_values(self.seat, 3), template=self.charged_template
        )
        amendment = self.amend(contract, require_payment=True).sudo()
        self.target(amendment, contract.order_line).product_uom_qty = 4
        token = self.create_token()
        self._pay(amendment, token_id=token.id)
        self.assertEqual(contract.subscription_payment_token_id, token)
