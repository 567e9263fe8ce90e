from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..support.common_operator import WizardCase


@tagged("post_install", "-at_install")
class TestCloseWizard(WizardCase):
    def test_closing_at_the_end_of_the_period_gives_nothing_back(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        self.travel("2027-02-10")
        wizard = self.open_wizard("close", order)
        self.assertEqual(wizard.last_date, date(2027, 2, 27))
        self.assertEqual(wizard.preview["documents"], [])
        self.assertIn("nothing more is billed", wizard.preview["reasons"][0])
        wizard.reason_id = self.reason
        wizard.save().action_close()
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(order.subscription_last_date, date(2027, 2, 27))
        self.assertFalse(order.subscription_next_invoice_date)
        self.bill(order, "2027-02-28")
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(order.subscription_close_reason_id, self.reason)
        self.assertBillsNothing(order)

    def test_closing_now_shows_the_credit_that_billing_makes(self):
        order = self.create_own_contract(self.line_values(self.seat, 3), day="2027-04-01")
        self.travel("2027-04-16")
        before = self.get_facts(order)
        wizard = self.open_wizard("close", order)
        wizard.when = "now"
        self.assertEqual(wizard.last_date, date(2027, 4, 15))
        self.assertEqual(self.get_totals(wizard.preview), [("credit", -18.0)])
        self.assertIn("15 of 30 days", wizard.preview["documents"][0]["lines"][0]["text"])
        self.assertEqual(self.get_facts(order), before)
        wizard.reason_id = self.reason
        wizard.note = "Found another one"
        wizard.save().action_close()
        self.assertEqual(order.subscription_state, "closed")
        self.assertEqual(order.subscription_close_note, "Found another one")
        moves = self.bill(order)
        self.assertEqual(moves.mapped("move_type"), ["out_refund"])
        self.assertEqual(moves.amount_total, 18.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_what_is_sold_once_and_not_billed_yet_is_part_of_the_preview(self):
        for name, button in (("close", "action_close"), ("pause", "action_pause")):
            order = self.create_own_contract(self.line_values(self.seat, 3), day="2027-04-01")
            self.travel("2027-04-16")
            order.order_line = [
                Command.create({"product_id": self.setup_service.id, "product_uom_qty": 1})
            ]
            wizard = self.open_wizard(name, order)
            if name == "close":
                wizard.when = "now"
                wizard.reason_id = self.reason
            totals = self.get_totals(wizard.preview)
            self.assertEqual(totals, [("credit", -18.0), ("invoice", 300.0)])
            getattr(wizard.save(), button)()
            self.assertIn("300.00", order.message_ids.sorted("id")[-1].body)
            moves = self.bill(order)
            self.assertEqual(sum(moves.mapped("amount_total_signed")), 282.0)
            self.assertBillsNothing(order)

    def test_closing_on_a_later_day_shows_what_is_still_to_be_billed(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        wizard = self.open_wizard("close", order)
        wizard.when = "date"
        wizard.last_date = "2027-05-10"
        wizard.reason_id = self.reason
        self.assertEqual(len(wizard.preview["documents"]), 1)
        charge = wizard.preview["documents"][0]
        self.assertEqual((charge["kind"], charge["untaxed"]), ("invoice", 3.23))
        wizard.save().action_close()
        moves = self.bill(order, "2027-05-01")
        self.assertEqual(moves.amount_untaxed, 3.23)

    def test_terms_without_credit_say_what_is_not_given_back(self):
        template = self._create_template("No refunds", credit_on_close="forfeit")
        order = self.create_own_contract(self.seat, template=template, day="2027-04-01")
        self.travel("2027-04-16")
        wizard = self.open_wizard("close", order)
        wizard.when = "now"
        self.assertEqual(self.get_totals(wizard.preview), [("free", 0.0)])
        self.assertEqual(len(wizard.preview["reasons"]), 1)
        wizard.reason_id = self.reason
        wizard.save().action_close()
        self.assertFalse(self.bill(order))
        self.assertBillsNothing(order)

    def test_a_day_before_the_start_is_refused(self):
        order = self.create_own_contract(self.seat, day="2027-04-10")
        wizard = self.open_wizard("close", order)
        wizard.when = "date"
        wizard.last_date = "2027-04-01"
        wizard.reason_id = self.reason
        with self.assertRaises(UserError):
            wizard.save().action_close()

    def test_a_contract_closed_on_its_first_day_is_given_back_whole(self):
        order = self.create_own_contract(self.seat, day="2027-04-10")
        wizard = self.open_wizard("close", order)
        wizard.when = "now"
        wizard.reason_id = self.reason
        self.assertEqual(self.get_totals(wizard.preview), [("credit", -12.0)])
        wizard.save().action_close()
        self.assertEqual(self.bill(order).amount_total, 12.0)
        self.assertBillsNothing(order)

    def test_a_planned_closing_can_be_taken_back(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        wizard = self.open_wizard("close", order)
        wizard.reason_id = self.reason
        wizard.save().action_close()
        self.assertTrue(order.subscription_has_planned_end)
        order.with_user(self.clerk).action_subscription_keep()
        self.assertFalse(order.subscription_has_planned_end)
        self.assertFalse(order.subscription_close_reason_id)
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 1))
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 10.0)

    def test_a_fixed_term_comes_back_with_a_withdrawn_closing(self):
        template = self._create_template("One year", term_count=12, end_action="end")
        order = self.create_own_contract(self.seat, template=template, day="2027-04-01")
        self.assertEqual(order.subscription_last_date, date(2028, 3, 31))
        order._subscription_close(date(2027, 5, 1), self.reason)
        order.action_subscription_keep()
        self.assertEqual(order.subscription_last_date, date(2028, 3, 31))

    def test_a_salesperson_without_subscription_rights_only_looks(self):
        seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )
        order = self.create_contract(self.seat, day="2027-04-01", user_id=seller.id)
        order = order.with_user(seller)
        self.assertEqual(order.subscription_preview["total"], 12.0)
        for name in ("bill", "bill_batch", "bill_selection", "close", "pause", "resume", "retry"):
            with self.assertRaises(AccessError):
                getattr(order, f"action_subscription_{name}")()

    def test_the_contract_of_a_colleague_cannot_be_closed(self):
        order = self.create_contract(self.seat, user_id=self.env.ref("base.user_admin").id)
        with self.assertRaises(AccessError):
            order.with_user(self.clerk).action_subscription_close()


@tagged("post_install", "-at_install")
class TestPauseWizard(WizardCase):
    def test_the_pause_shows_the_credit_that_billing_makes(self):
        order = self.create_own_contract(self.line_values(self.seat, 3), day="2027-04-01")
        self.travel("2027-04-10")
        before = self.get_facts(order)
        wizard = self.open_wizard("pause", order)
        wizard.start_date = "2027-04-11"
        wizard.resume_date = "2027-04-21"
        wizard.reason = "Holidays"
        self.assertEqual(self.get_totals(wizard.preview), [("credit", -12.0)])
        self.assertEqual(self.get_facts(order), before)
        wizard.save().action_pause()
        self.assertEqual(order.subscription_state, "active")
        self.assertTrue(order.subscription_has_pause)
        moves = self.bill(order, "2027-04-11")
        self.assertEqual(moves.amount_total, 12.0)
        self.assertEqual(order.subscription_state, "paused")

    def test_days_that_are_not_billed_yet_give_nothing_back(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        wizard = self.open_wizard("pause", order)
        wizard.start_date = "2027-05-01"
        self.assertEqual(wizard.preview["documents"], [])
        self.assertTrue(wizard.preview["reasons"])

    def test_unused_days_can_be_kept(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        self.travel("2027-04-16")
        wizard = self.open_wizard("pause", order)
        wizard.credit_rule = "forfeit"
        self.assertEqual(self.get_totals(wizard.preview), [("free", 0.0)])
        wizard.save().action_pause()
        self.assertFalse(self.bill(order))

    def test_a_pause_must_end_after_it_begins(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        wizard = self.open_wizard("pause", order)
        wizard.start_date = "2027-05-10"
        wizard.resume_date = "2027-05-10"
        with self.assertRaises(ValidationError):
            wizard.save()

    def test_resuming_leaves_later_pauses_planned(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        order._subscription_pause(date(2027, 4, 5))
        order.with_user(self.clerk).action_subscription_resume()
        self.assertFalse(order.subscription_interruption_ids, "the planned pause is withdrawn")
        order._subscription_pause(date(2027, 4, 5), date(2027, 4, 20))
        order._subscription_pause(date(2027, 6, 1), date(2027, 6, 10))
        self.travel("2027-04-10")
        order._subscription_refresh_state()
        order.with_user(self.clerk).action_subscription_resume()
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(
            order.subscription_interruption_ids.mapped("end_date"),
            [date(2027, 4, 10), date(2027, 6, 10)],
        )


@tagged("post_install", "-at_install")
class TestBillingPreview(WizardCase):
    def open_billing(self, orders):
        action = orders.with_user(self.clerk).action_subscription_preview()
        return Form(
            self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"])
        )

    def test_the_preview_writes_nothing_and_billing_does_what_it_said(self):
        order = self.create_contract(
            self.line_values(self.seat, 5), self.setup_service, day="2027-04-01"
        )
        other = self.create_contract(self.support)
        idle = self.create_own_contract(self.seat)
        orders = order | other | idle
        orders.user_id = self.clerk
        before = self.get_facts(orders)
        wizard = self.open_billing(orders)
        preview = wizard.preview
        self.assertEqual(
            [(contract["id"], contract["total"]) for contract in preview["contracts"]],
            [(order.id, 360.0), (other.id, 40.0)],
        )
        self.assertEqual(preview["idle"], 1)
        self.assertEqual(preview["totals"][0]["total"], 400.0)
        self.assertEqual(self.get_facts(orders), before)
        action = wizard.save().action_bill()
        result = orders.browse(action["params"]["order_ids"]).action_subscription_bill_batch()
        moves = self.env["account.move"].browse(result["move_ids"])
        self.assertEqual(sorted(moves.mapped("amount_total")), [40.0, 360.0])
        self.assertEqual(result["failed"], [])
        self.assertEqual(self.open_billing(orders).preview["contracts"], [])

    def test_a_later_day_looks_ahead_and_cannot_be_billed(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        wizard = self.open_billing(order)
        wizard.date = "2027-03-31"
        lines = wizard.preview["contracts"][0]["documents"][0]["lines"]
        self.assertEqual([line["amount"] for line in lines], [10.0, 10.0])
        self.assertFalse(wizard.is_billable)
        with self.assertRaises(UserError):
            wizard.save().action_bill()

    def test_a_contract_that_cannot_be_billed_says_why(self):
        order = self.create_contract(self.seat, day="2027-01-31", user_id=self.clerk.id)
        self.travel("2029-01-31")
        good = self.create_contract(self.seat, user_id=self.clerk.id)
        wizard = self.open_billing(order | good)
        self.assertIn("more than the limit", wizard.preview["contracts"][0]["error"])
        self.assertIn("more than the limit", order.subscription_preview["error"])
        result = (order | good).with_user(self.clerk).action_subscription_bill_batch()
        self.assertEqual([failed["id"] for failed in result["failed"]], [order.id])
        self.assertEqual(len(result["move_ids"]), 1)
        self.assertTrue(order.subscription_quarantined_at)
        self.assertTrue(order.activity_ids)
        result = (order | good).with_user(self.clerk).action_subscription_bill_batch()
        self.assertEqual(result["move_ids"], [], "a contract in quarantine waits for Retry")

    def test_a_draft_that_is_made_anew_is_not_credited(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_contract(
            self.line_values(self.seat, 5),
            template=template,
            day="2027-04-01",
            user_id=self.clerk.id,
        )
        self.bill(order)
        order.order_line.product_uom_qty = 3
        contract = self.open_billing(order).preview["contracts"][0]
        self.assertEqual(self.get_totals(contract), [("invoice", 36.0)])
        self.assertIn("made anew", contract["reasons"][0])
        moves = self.bill(order)
        self.assertEqual(moves.mapped("amount_total"), [36.0])

    def test_one_contract_is_billed_at_once(self):
        order = self.create_contract(self.seat, day="2027-04-01", user_id=self.clerk.id)
        action = self.open_billing(order).save().action_bill()
        self.assertEqual(action["res_model"], "account.move")
        self.assertEqual(order.invoice_ids.amount_total, 12.0)

    def test_plain_orders_in_a_selection_are_left_out(self):
        plain = self.create_order(self.setup_service, user_id=self.clerk.id)
        plain.action_confirm()
        action = plain.with_user(self.clerk).action_subscription_preview()
        self.assertEqual(action["context"]["default_order_ids"], [Command.set([])])


@tagged("post_install", "-at_install")
class TestNextInvoicePreview(WizardCase):
    def test_a_quotation_shows_its_first_invoice(self):
        order = self.create_order(
            self.line_values(self.seat, 5), self.setup_service, user_id=self.clerk.id
        )
        preview = order.with_user(self.clerk).subscription_preview
        self.assertEqual(preview["total"], order.amount_total)
        self.assertEqual(len(preview["documents"][0]["lines"]), 2)

    def test_a_contract_shows_its_next_invoice_and_why(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        preview = order.with_user(self.clerk).subscription_preview
        self.assertIn("02/28/2027", preview["headline"])
        self.assertEqual(preview["total"], 12.0)
        self.assertEqual(self.bill(order, "2027-02-28").amount_total, 12.0)

    def test_a_pause_is_said_and_a_contract_that_ends_plans_nothing(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        order._subscription_pause(date(2027, 5, 1), date(2027, 5, 11))
        reasons = " ".join(order.subscription_preview["reasons"])
        self.assertIn("Paused from 05/01/2027", reasons)
        order._subscription_close(date(2027, 5, 1), self.reason)
        preview = order.subscription_preview
        self.assertEqual(preview["documents"], [])
        self.assertIn("04/30/2027", " ".join(preview["reasons"]))

    def test_coverage_says_until_when_each_line_is_billed(self):
        order = self.create_own_contract(
            self.seat, self.line_values(self.support, recurrence_id=self.year.id), day="2027-04-01"
        )
        self.assertEqual(
            [line["status"] for line in order.subscription_coverage],
            ["Billed until 04/30/2027", "Billed until 03/31/2028"],
        )
        order.order_line[0].product_uom_qty = 2
        order.invalidate_recordset()
        self.assertEqual(
            order.subscription_coverage[0]["status"], "Billed in part, the rest comes next"
        )

    def test_a_stage_of_another_state_is_refused(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        self.assertEqual(order.subscription_stage_id.subscription_state, "active")
        with self.assertRaises(ValidationError):
            order.subscription_stage_id = self.env.ref("sale_recurring.stage_closed")
        own = self.env["subscription.stage"].create({"name": "Onboarding"})
        order.with_user(self.clerk).subscription_stage_id = own
        self.assertEqual(order.subscription_stage_id, own)
