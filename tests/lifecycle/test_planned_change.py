from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..support.common_operator import WizardCase


@tagged("post_install", "-at_install")
class PlannedCase(WizardCase):
    """A contract of a clerk: five seats at 10 per month, billed for April, on 16 April."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_own_contract(self.line_values(self.seat, 5), day="2027-04-01")
        self.line = self.order.order_line
        self.travel("2027-04-16")

    def open_change(self, **context):
        return Form(
            self.env["subscription.change.wizard"]
            .with_user(self.clerk)
            .with_context(default_order_id=self.order.id, **context)
        )

    def get_segments(self):
        return [
            (step.start_date.isoformat(), step.quantity, step.price_unit, step.discount)
            for step in self.line.segment_ids.sorted("start_date")
        ]

    def plan(self, day, **values):
        self.order._subscription_change_line(self.line, date.fromisoformat(day), **values)
        return self.order.subscription_planned_ids

    def get_last_note(self):
        return str(self.order.message_ids.sorted("id")[-1:].body)


@tagged("post_install", "-at_install")
class TestChangeWizard(PlannedCase):
    def test_change_at_the_next_period_is_shown_and_planned(self):
        before = self.get_facts(self.order)
        wizard = self.open_change()
        self.assertEqual(wizard.line_id, self.line)
        self.assertEqual(wizard.start_date, date(2027, 5, 1))
        self.assertEqual((wizard.quantity, wizard.price_unit, wizard.discount), (5, 10, 0))
        self.assertIn("Nothing changes yet", wizard.preview["reasons"][0])
        wizard.quantity = 8
        self.assertEqual(self.get_totals(wizard.preview), [("invoice", 96.0)])
        self.assertIn("Nothing now. On 05/01/2027", wizard.preview["headline"])
        self.assertIn("50.00 → $ 80.00", wizard.preview["reasons"][0].replace("\xa0", " "))
        self.assertEqual(self.get_facts(self.order), before)
        wizard.save().action_change()
        self.assertEqual(self.get_segments(), [("2027-04-01", 5, 10, 0), ("2027-05-01", 8, 10, 0)])
        self.assertEqual(self.line.product_uom_qty, 5)
        self.assertIn("Quantity: 5 → 8", self.get_last_note())
        self.assertBillsNothing(self.order)
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_total, 96.0)
        self.assertEqual(self.line.product_uom_qty, 8)

    def test_change_today_shows_what_billing_then_makes(self):
        for quantity, kind, total in ((8, "invoice", 18.0), (3, "credit", -12.0)):
            wizard = self.open_change(default_line_id=self.line.id, default_when="now")
            wizard.quantity = quantity
            self.assertEqual(wizard.preview["headline"], "Now:")
            self.assertEqual(self.get_totals(wizard.preview), [(kind, total)])
        wizard.save().action_change()
        self.assertEqual(self.line.product_uom_qty, 3)
        moves = self.bill(self.order)
        self.assertEqual((moves.move_type, moves.amount_total), ("out_refund", 12.0))
        self.assertBillsNothing(self.order)

    def test_discount_for_some_periods_ends_by_itself(self):
        wizard = self.open_change()
        wizard.discount = 20
        wizard.lasting = "periods"
        wizard.period_count = 3
        self.assertEqual(self.get_totals(wizard.preview), [("invoice", 48.0)])
        wizard.save().action_change()
        self.assertEqual(
            self.get_segments(),
            [("2027-04-01", 5, 10, 0), ("2027-05-01", 5, 10, 20), ("2027-08-01", 5, 10, 0)],
        )
        kinds = self.line.segment_ids.sorted("start_date").mapped("discount_kind")
        self.assertEqual(kinds, ["permanent", "limited", "permanent"])
        for day, total in (("05", 48.0), ("06", 48.0), ("07", 48.0), ("08", 60.0)):
            self.assertEqual(self.bill(self.order, f"2027-{day}-01").amount_total, total)

    def test_change_until_a_day(self):
        wizard = self.open_change()
        wizard.when = "date"
        wizard.start_date = date(2027, 5, 11)
        wizard.quantity = 10
        wizard.lasting = "date"
        wizard.last_date = date(2027, 5, 20)
        self.assertEqual(self.get_totals(wizard.preview), [("invoice", 19.36)])
        wizard.save().action_change()
        self.assertEqual(
            self.get_segments(),
            [("2027-04-01", 5, 10, 0), ("2027-05-11", 10, 10, 0), ("2027-05-21", 5, 10, 0)],
        )

    def test_change_without_proration_waits_for_the_next_period(self):
        self.order = self.create_contract(
            self.seat,
            day="2027-04-01",
            user_id=self.clerk.id,
            template=self._create_template("Whole", convention="none"),
        )
        self.bill(self.order)
        self.travel("2027-04-16")
        wizard = self.open_change(default_when="now")
        wizard.quantity = 8
        self.assertEqual(wizard.preview["documents"], [])
        self.assertIn("Only whole periods", " ".join(wizard.preview["reasons"]))
        wizard.save().action_change()
        self.assertBillsNothing(self.order)
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_untaxed, 80.0)

    def test_typed_values_survive_another_day(self):
        self.plan("2027-06-01", quantity=10, price_unit=12.0)
        wizard = self.open_change()
        wizard.discount = 5
        wizard.when = "date"
        wizard.start_date = date(2027, 7, 1)
        self.assertEqual((wizard.quantity, wizard.price_unit, wizard.discount), (10, 12, 5))
        wizard.save().action_change()
        self.assertEqual(self.get_segments()[-1], ("2027-07-01", 10, 12, 5))

    def test_bad_input_is_one_sentence_and_changes_nothing(self):
        self.plan("2027-06-01", quantity=10)
        before = self.get_segments()
        cases = [
            ({"quantity": -1}, "quantity of Seat cannot be negative"),
            ({"discount": 120}, "cannot be more than 100 %"),
            ({"quantity": 9, "lasting": "date", "last_date": "2027-04-20"}, "Choose a later end"),
            ({"quantity": 9, "lasting": "periods", "period_count": 0}, "1 period or more"),
            ({"quantity": 9, "lasting": "periods", "period_count": 5}, "Another change begins"),
            ({"quantity": 9, "when": "date", "start_date": "2027-06-01"}, "Revoke that planned"),
            ({"price_unit": 9, "when": "date", "start_date": "2027-06-01"}, "The quantity changes"),
            ({}, "Nothing changes on Seat"),
        ]
        for values, text in cases:
            with self.subTest(values):
                wizard = self.env["subscription.change.wizard"].with_user(self.clerk)
                wizard = wizard.create({"order_id": self.order.id, **values})
                if values:
                    self.assertTrue(wizard.preview["error"])
                with self.assertRefused(text):
                    wizard.action_change()
                self.assertEqual(self.get_segments(), before)

    def test_unknown_product_is_refused(self):
        other = self.create_contract(self.support)
        with self.assertRefused("Support is not a running line of"):
            self.order._subscription_change_line(other.order_line, date(2027, 5, 1), quantity=2)

    def test_locked_contract_is_refused(self):
        self.order.action_lock()
        with self.assertRefused("is locked"):
            self.line.with_user(self.clerk).action_subscription_change()

    def test_contract_of_a_colleague_is_refused(self):
        self.order.user_id = self.env.ref("base.user_admin")
        salesman = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        for user in (self.clerk, salesman):
            with self.assertRaises(AccessError):
                self.order.with_user(user).action_subscription_change()

    def test_closed_contract_is_refused(self):
        self.order._subscription_close(date(2027, 4, 16))
        with self.assertRefused("not a running contract"):
            self.order.with_user(self.clerk).action_subscription_change()


@tagged("post_install", "-at_install")
class TestPlannedChanges(PlannedCase):
    def test_planned_changes_are_listed_in_words(self):
        self.plan("2027-06-01", price_unit=12.0)
        planned = self.plan("2027-05-01", quantity=8).with_user(self.clerk)
        self.assertEqual(planned.mapped("start_date"), [date(2027, 5, 1), date(2027, 6, 1)])
        self.assertIn("Quantity: 5 → 8", planned[0].change_text)
        self.assertIn("12.00", planned[1].change_text)
        self.assertEqual(planned.mapped("is_revocable"), [True, True])
        self.assertEqual(self.order.subscription_planned_count, 2)

    def test_revoked_change_is_never_billed_and_logged(self):
        before = self.get_segments()
        planned = self.plan("2027-05-01", quantity=8)
        planned.with_user(self.clerk).action_revoke()
        self.assertEqual(self.get_segments(), before)
        self.assertIn("is revoked", self.get_last_note())
        self.assertIn("5 → 8", self.get_last_note())
        self.assertFalse(self.order.subscription_planned_ids)
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_untaxed, 50.0)

    def test_a_restart_of_the_periods_is_told_as_such_and_not_revoked_as_a_change(self):
        template = self._create_template("Begin anew", pause_anchor="restart")
        order = self.create_own_contract(self.seat, day="2027-04-16", template=template)
        order._subscription_pause(date(2027, 5, 1), date(2027, 5, 10))
        planned = order.subscription_planned_ids.with_user(self.clerk)
        self.assertEqual(planned.start_date, date(2027, 5, 10))
        self.assertIn("A new period begins", planned.change_text)
        self.assertNotIn("→", planned.change_text)
        self.assertFalse(planned.is_revocable)
        with self.assertRefused("Take back the pause"):
            planned.action_revoke()

    def test_other_terms_of_a_later_day_are_told_as_such(self):
        template = self._create_template("Arrears", timing="arrears")
        self.order._subscription_switch(template, template.recurrence_ids.browse(), "period")
        planned = self.order.subscription_planned_ids
        self.assertEqual(planned.change_text, "Billed in arrears")
        self.assertFalse(planned.is_revocable)

    def test_two_changes_on_one_day_are_refused_and_change_nothing(self):
        self.plan("2027-06-01", quantity=8)
        before = self.get_segments()
        for values in ({"price_unit": 12.0}, {"discount": 10.0}, {"quantity": 9}):
            with self.assertRefused("The quantity changes on 06/01/2027 already"):
                self.plan("2027-06-01", **values)
            self.assertEqual(self.get_segments(), before)
        self.plan("2027-06-02", price_unit=12.0)
        self.assertEqual(len(self.order.subscription_planned_ids), 2)

    def test_revoking_leaves_later_changes(self):
        self.plan("2027-06-01", discount=10.0)
        planned = self.plan("2027-05-01", quantity=8)
        planned[0].with_user(self.clerk).action_revoke()
        self.assertEqual(self.get_segments(), [("2027-04-01", 5, 10, 0), ("2027-06-01", 5, 10, 10)])

    def test_revoked_reduction_inside_a_billed_period_is_charged_again(self):
        planned = self.plan("2027-05-16", quantity=2)
        self.assertEqual(self.bill(self.order, "2027-05-01").amount_untaxed, 34.52)
        planned.with_user(self.clerk).action_revoke()
        self.assertEqual(self.bill(self.order).amount_untaxed, 15.48)
        self.assertBillsNothing(self.order)

    def test_change_whose_day_has_come_stays(self):
        planned = self.plan("2027-05-01", quantity=8)
        self.travel("2027-05-01")
        with self.assertRefused("Change it from another day"):
            planned.with_user(self.clerk).action_revoke()
        first = self.line.segment_ids.sorted("start_date")[0]
        with self.assertRefused("Change it from another day"):
            first.with_user(self.clerk).action_revoke()

    def test_revoking_needs_the_right_to_run_contracts(self):
        planned = self.plan("2027-05-01", quantity=8)
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        self.order.user_id = seller
        with self.assertRaises(AccessError):
            planned.with_user(seller).action_revoke()
        self.order.user_id = self.clerk
        self.order.action_lock()
        with self.assertRaises(UserError):
            planned.with_user(self.clerk).action_revoke()

    def test_day_of_a_planned_change_is_mirrored_and_logged_by_the_run(self):
        template = self._create_template("Arrears", timing="arrears")
        order = self.create_contract(
            self.line_values(self.seat, 2), template=template, day="2027-04-01"
        )
        order._subscription_change_line(order.order_line, date(2027, 4, 20), quantity=6)
        self.run_cron("2027-04-19")
        self.assertEqual(order.order_line.product_uom_qty, 2)
        notes = len(order.message_ids)
        self.run_cron("2027-04-20")
        self.assertEqual(order.order_line.product_uom_qty, 6)
        self.assertIn("took effect", str(order.message_ids.sorted("id")[-1:].body))
        self.run_cron("2027-04-21")
        self.assertEqual(len(order.message_ids), notes + 1)
        self.assertFalse(order.subscription_planned_ids)
        self.assertFalse(any(order.order_line.segment_ids.mapped("is_planned")))

    def test_many_planned_changes_are_taken_in_turns(self):
        orders = self.order
        for _number in range(4):
            orders |= self.create_contract(self.seat, day="2027-04-16")
        for order in orders:
            order._subscription_change_line(order.order_line, date(2027, 5, 1), quantity=7)
        self.travel("2027-05-01")
        done = orders.browse()
        for _number in range(3):
            done |= orders._refresh_due_segments(limit=2)
        self.assertEqual(done, orders)
        self.assertEqual(set(orders.order_line.mapped("product_uom_qty")), {7})
        self.assertFalse(orders._refresh_due_segments(limit=2))

    def test_first_day_of_a_contract_is_no_change(self):
        order = self.create_contract(self.seat, subscription_start_date="2027-05-01")
        self.assertFalse(order.subscription_planned_ids)
        self.run_cron("2027-05-01")
        self.assertNotIn("took effect", " ".join(order.message_ids.mapped("body")))

    def test_planned_quantity_outlives_a_price_that_changes_today(self):
        self.plan("2027-06-01", price_unit=12.0)
        self.line.product_uom_qty = 8
        self.assertEqual(
            self.get_segments(),
            [("2027-04-01", 5, 10, 0), ("2027-04-16", 8, 10, 0), ("2027-06-01", 8, 12, 0)],
        )
