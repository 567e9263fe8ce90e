from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..support.common_payment import PaymentCommon

MARCH = date(2027, 2, 28)


@tagged("post_install", "-at_install")
class PayAheadCase(PaymentCommon):
    """A monthly contract that began on 31 January and whose first period is billed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "seller", groups="base.group_user,sale_recurring.group_subscription_user"
        )

    def create_billed(self, *lines, **values):
        """Create a contract of the salesperson and bill its first period on 31 January."""
        lines = lines or (self.line_values(self.seat, 3),)
        order = self.create_contract(*lines, user_id=self.seller.id, **values)
        self.bill(order)
        self.travel("2027-02-10")
        return order

    def bill_ahead(self, order):
        """Bill the next period as the salesperson does: look at it, then confirm."""
        order = order.with_user(self.seller)
        action = order.action_subscription_bill_next_period()
        wizard = self.env[action["res_model"]].with_user(self.seller)
        wizard = Form(wizard.with_context(**action["context"])).save()
        shown = wizard.preview
        result = wizard.action_bill()
        moves = self.env["account.move"].search([("subscription_prepayment_date", "!=", False)])
        self.assertTrue(result)
        return shown, moves & order.sudo().invoice_ids


@tagged("post_install", "-at_install")
class TestBillAhead(PayAheadCase):
    """Staff bill the next period before it begins; nothing is billed twice."""

    def test_the_next_period_is_billed_today_and_not_again_on_its_day(self):
        order = self.create_billed()
        shown, invoice = self.bill_ahead(order)
        self.assertEqual(shown["total"], invoice.amount_total)
        self.assertEqual(invoice.amount_total, 36)
        self.assertEqual((invoice.state, invoice.invoice_date), ("posted", date(2027, 2, 10)))
        self.assertEqual(self.get_table(order)[-1], ("2027-02-28", "2027-03-30", 3, 30))
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 3, 31))
        self.assertIn("Billed before it begins", order.message_ids[:1].body)
        self.assertNothingFound(order)
        for day in ("2027-02-11", "2027-02-28", "2027-03-30"):
            self.run_cron(day)
        self.assertEqual(len(order.invoice_ids), 2)
        self.run_cron("2027-03-31")
        self.assertEqual(self.get_table(order)[-1], ("2027-03-31", "2027-04-29", 3, 30))
        self.assertLedgerWhole(order)

    def test_it_is_charged_at_once_where_the_contract_is_charged(self):
        term = self.env.ref("account.account_payment_term_15days")
        token = self.create_token()
        order = self.create_billed(
            template=self.charged_template,
            payment_term_id=term.id,
            subscription_payment_token_id=token.id,
        )
        shown, invoice = self.bill_ahead(order)
        self.assertIn(token.display_name, " ".join(shown["reasons"]))
        self.assertIn("still open", " ".join(shown["reasons"]))
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.amount, 36)
        self.assertFalse(invoice.amount_residual)

    def test_without_a_method_the_invoice_waits_to_be_paid(self):
        shown, invoice = self.bill_ahead(self.create_billed())
        self.assertIn("waits to be paid", " ".join(shown["reasons"]))
        self.run_charges()
        self.assertEqual(invoice.amount_residual, 36)

    def test_a_period_that_is_not_the_next_any_more_is_refused(self):
        order = self.create_billed()
        order._subscription_bill_next_period(MARCH)
        rows = order.subscription_billed_period_ids
        with self.assertRefused("begins on 03/31/2027 by now"):
            order._subscription_bill_next_period(MARCH)
        self.assertEqual(order.subscription_billed_period_ids, rows)

    def test_what_is_due_today_is_billed_first(self):
        order = self.create_billed()
        self.travel("2027-02-28")
        with self.assertRefused("something to bill today"):
            order.action_subscription_bill_next_period()

    def test_what_is_billed_when_it_is_over_has_no_next_period(self):
        arrears = self._create_template("Arrears", timing="arrears")
        order = self.create_billed(template=arrears)
        with self.assertRefused("no next period whose price is known"):
            order.action_subscription_bill_next_period()
        self.assertFalse(order._get_pay_ahead_offer())

    def test_lines_in_arrears_keep_their_own_day(self):
        order = self.create_billed()
        segment = order.order_line.segment_ids
        arrears = self._create_template("Arrears", timing="arrears")
        order.subscription_template_id = arrears
        order.order_line = [Command.create({"product_id": self.support.id})]
        order.subscription_template_id = self.template
        self.assertEqual(segment.timing, "advance")
        self.assertEqual((order.order_line - segment.line_id).segment_ids.timing, "arrears")
        self.bill(order)
        _shown, invoice = self.bill_ahead(order)
        self.assertEqual(invoice.invoice_line_ids.product_id, self.seat)
        self.assertEqual(order.subscription_next_invoice_date, MARCH)

    def test_a_longer_period_of_the_same_contract_waits_for_its_own_day(self):
        yearly = self.line_values(self.hosting, recurrence_id=self.year.id)
        order = self.create_billed(self.line_values(self.seat, 3), yearly)
        _shown, invoice = self.bill_ahead(order)
        self.assertEqual(invoice.invoice_line_ids.product_id, self.seat)

    def test_a_planned_change_is_part_of_what_is_billed_ahead(self):
        order = self.create_billed()
        order._subscription_change_line(order.order_line, MARCH, quantity=5)
        shown, invoice = self.bill_ahead(order)
        self.assertEqual((shown["total"], invoice.amount_total), (60, 60))

    def test_people_without_subscriptions_bill_nothing_ahead(self):
        order = self.create_billed()
        other = new_test_user(self.env, "other", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            order.with_user(other).action_subscription_bill_next_period()

    def test_nobody_bills_ahead_through_a_context_from_outside(self):
        order = self.create_billed()
        self.travel("2027-02-28")
        outside = order.with_context(subscription_prepayment=["token", "2027-02-28", True])
        moves = outside._bill_subscriptions()
        self.assertFalse(moves.subscription_pay_first or moves.subscription_prepayment_date)


@tagged("post_install", "-at_install")
class TestChangeAfterPayingAhead(PayAheadCase):
    """What was paid before it began is credited like any other period."""

    def pay_ahead(self, **values):
        order = self.create_billed(**values)
        self.bill_ahead(order)
        for invoice in order.invoice_ids:
            self.book_payment(invoice)
        self.assertFalse(sum(order.invoice_ids.mapped("amount_residual")))
        return order

    def get_credits(self, order):
        return [row for row in self.get_table(order) if row[3] < 0]

    def test_a_downgrade_credits_the_days_of_both_periods(self):
        order = self.pay_ahead()
        order.order_line.product_uom_qty = 2
        self.bill(order)
        # 10.00 x 18/28 of the period that runs, all of the next one.
        self.assertEqual(
            self.get_credits(order),
            [("2027-02-10", "2027-02-27", 1, -6.43), ("2027-02-28", "2027-03-30", 1, -10)],
        )
        self.assertBillsNothing(order)
        self.assertEqual(self.bill(order, "2027-03-31").amount_untaxed, 20)
        self.assertLedgerWhole(order)

    def test_an_end_with_the_running_period_gives_the_next_one_back(self):
        order = self.pay_ahead()
        order._subscription_close(MARCH)
        self.bill(order)
        self.run_cron("2027-02-28")
        self.assertEqual(self.get_credits(order), [("2027-02-28", "2027-03-30", 3, -30)])
        self.assertEqual(order.subscription_state, "closed")
        self.assertLedgerWhole(order)

    def test_a_period_that_never_begins_is_credited_even_where_unused_days_are_not(self):
        self.template.credit_on_close = "forfeit"
        order = self.pay_ahead()
        order._subscription_close(date(2027, 2, 20))
        self.run_cron("2027-02-28")
        self.assertEqual(self.get_credits(order), [("2027-02-28", "2027-03-30", 3, -30)])
        self.assertLedgerWhole(order)

    def test_a_pause_credits_its_days_and_nothing_is_billed_for_them(self):
        order = self.pay_ahead()
        order._subscription_pause(date(2027, 2, 20), date(2027, 3, 10))
        for day in ("2027-02-20", "2027-02-28", "2027-03-10"):
            self.run_cron(day)
        # 30.00 x 8/28, and 30.00 x 10/31.
        self.assertEqual(
            self.get_credits(order),
            [("2027-02-20", "2027-02-27", 3, -8.57), ("2027-02-28", "2027-03-09", 3, -9.68)],
        )
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_an_upgrade_charges_each_period_on_its_own_day(self):
        order = self.pay_ahead()
        order.order_line.product_uom_qty = 4
        billed = [self.bill(order, day).amount_untaxed for day in ("2027-02-10", "2027-02-28")]
        self.assertEqual(billed, [6.43, 10])
        self.assertEqual(self.bill(order, "2027-03-31").amount_untaxed, 40)


@tagged("post_install", "-at_install")
class TestPaidBeforeInvoice(PayAheadCase):
    """Where the invoice is made after the payment, paying ahead uses up no number."""

    def prepare_once(self):
        super().prepare_once()
        self.terms = self._create_template("Paid first", payment_mode="after_payment")

    def create_paid_first(self):
        token = self.create_token()
        order = self.create_contract(
            self.line_values(self.seat, 3),
            template=self.terms,
            user_id=self.seller.id,
            subscription_payment_token_id=token.id,
        )
        self.bill(order)
        self.run_charges()
        self.travel("2027-02-10")
        return order

    def test_draft_becomes_an_invoice_when_it_is_charged(self):
        order = self.create_paid_first()
        _shown, draft = self.bill_ahead(order)
        self.assertEqual(draft.state, "draft")
        self.run_charges()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))
        self.run_cron("2027-02-28")
        self.assertEqual(len(order.invoice_ids), 2)

    def test_a_decline_gives_the_period_back_to_its_own_day(self):
        order = self.create_paid_first()
        order.subscription_payment_token_id.demo_simulated_state = "error"
        _shown, draft = self.bill_ahead(order)
        self.run_charges()
        self.assertFalse(draft.exists())
        self.assertEqual(order.subscription_next_invoice_date, MARCH)
        bodies = " ".join(order.message_ids.mapped("body"))
        self.assertIn("could not be charged in advance", bodies)
        self.assertNotIn("stays open", bodies)
        self.assertTrue(order.activity_ids)
        order.subscription_payment_token_id.demo_simulated_state = "done"
        self.run_cron("2027-02-28")
        self.run_charges()
        numbers = order.invoice_ids.sorted("id").mapped("sequence_number")
        self.assertEqual(numbers, [numbers[0], numbers[0] + 1])
        self.assertLedgerWhole(order)

    def test_a_success_after_the_decline_settles_the_next_invoice(self):
        order = self.create_paid_first()
        order.subscription_payment_token_id.demo_simulated_state = "error"
        _shown, draft = self.bill_ahead(order)
        self.run_charges()
        self.assertFalse(draft.exists())
        tx = self.env["payment.transaction"].search(
            [("subscription_prepayment_order_id", "=", order.id)]
        )
        tx._set_done(extra_allowed_states=("error",))
        tx._post_process()
        self.assertIn("given up meanwhile", order.message_ids[:1].body)
        self.terms.payment_mode = "manual"
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (36, 0))

    def test_clerk_cannot_see_it_as_a_usual_draft_to_charge(self):
        order = self.create_paid_first()
        draft = order._bill_next_period(MARCH, pay_first=True)
        self.run_charges()
        self.assertFalse(draft.transaction_ids)
        with self.assertRaises(UserError):
            draft.action_subscription_charge_early()

    def test_who_pays_right_now_is_asked_for_nothing(self):
        order = self.create_paid_first()
        draft = order._bill_next_period(MARCH, pay_first=True)
        self.assertFalse(draft.subscription_requested_date)
        self.assertNotIn(draft, draft._get_requests_to_send())

    def test_who_is_asked_to_pay_ahead_is_late_only_once_the_period_began(self):
        order = self.create_paid_first()
        order.subscription_payment_token_id = False
        _shown, draft = self.bill_ahead(order)
        self.assertIn(draft, draft._get_requests_to_send())
        self.assertEqual(draft.subscription_requested_date, MARCH)
        self.assertFalse(draft.filtered_domain(draft._get_dunning_domain(self.company)))
