from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..support.common_operator import EndingCase


@tagged("post_install", "-at_install")
class TestPauseRules(EndingCase):
    """What the template says of pauses, suspensions, and how service goes on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.restart = cls._create_template("Begin anew", pause_anchor="restart")

    def get_anchors(self, order):
        steps = order.order_line.segment_ids.sorted("start_date")
        return steps.mapped(
            lambda step: (step.start_date.isoformat(), step.anchor_date.isoformat())
        )

    def test_a_new_period_begins_on_the_day_of_the_return(self):
        order = self.create_own_contract(self.seat, day="2027-01-31", template=self.restart)
        self.travel("2027-02-14")
        wizard = self.open_wizard("pause", order)
        self.assertEqual(wizard.anchor_rule, "restart")
        wizard.resume_date = date(2027, 2, 20)
        documents = wizard.preview["documents"]
        self.assertEqual(
            [(d["kind"], d["untaxed"]) for d in documents], [("credit", -5), ("invoice", 10)]
        )
        wizard.save().action_pause()
        order = order.sudo()
        self.bill(order)
        self.bill(order, "2027-02-20")
        self.bill(order, "2027-03-20")
        self.assertEqual(
            self.get_table(order),
            [
                ("2027-01-31", "2027-02-27", 1, 10),
                ("2027-02-14", "2027-02-27", 1, -5),
                ("2027-02-20", "2027-03-19", 1, 10),
                ("2027-03-20", "2027-04-19", 1, 10),
            ],
        )
        self.assertEqual(order.subscription_anchor_date, date(2027, 2, 20))
        self.assertBillsNothing(order)
        self.assertNothingFound(order)

    def test_only_days_of_the_gap_are_kept_when_a_new_period_begins(self):
        for until in (date(2027, 2, 20), None):
            order = self.create_contract(self.seat, day="2027-01-31", template=self.restart)
            self.run_cron()
            order._subscription_pause(date(2027, 2, 14), until, credit_rule="forfeit")
            self.run_cron("2027-02-14")
            self.travel("2027-02-20")
            if not until:
                order._subscription_resume(date(2027, 2, 20))
            self.run_cron()
            amounts = [row[3] for row in self.get_table(order)]
            self.assertEqual(sorted(amounts), [-2.86, 10, 10])
            self.assertBillsNothing(order)
            self.assertLedgerWhole(order)

    def test_staff_may_keep_the_billing_days_of_one_pause(self):
        order = self.create_own_contract(self.seat, day="2027-01-31", template=self.restart)
        self.travel("2027-02-14")
        wizard = self.open_wizard("pause", order)
        wizard.resume_date = date(2027, 2, 20)
        wizard.anchor_rule = "keep"
        wizard.save().action_pause()
        self.assertEqual(order.subscription_anchor_date, date(2027, 1, 31))
        self.assertEqual(len(order.sudo().order_line.segment_ids), 1)

    def test_an_open_pause_begins_anew_when_it_is_resumed(self):
        order = self.create_own_contract(self.seat, day="2027-01-31", template=self.restart).sudo()
        order._subscription_pause(date(2027, 2, 14))
        self.bill(order, "2027-02-14")
        self.travel("2027-04-05")
        wizard = self.open_wizard("resume", order)
        self.assertIn("Paused from 02/14/2027", wizard.gap_text)
        self.assertEqual(wizard.preview["documents"][0]["untaxed"], 10.0)
        wizard.save().action_resume()
        self.assertEqual(
            self.get_anchors(order), [("2027-01-31", "2027-01-31"), ("2027-04-05", "2027-04-05")]
        )
        self.assertEqual(self.bill(order).amount_untaxed, 10.0)
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 5))

    def test_a_pause_that_is_taken_back_leaves_no_trace(self):
        order = self.create_own_contract(self.seat, day="2027-01-31", template=self.restart).sudo()
        before = self.get_anchors(order)
        order._subscription_pause(date(2027, 2, 14), date(2027, 2, 20))
        order.action_subscription_resume()
        self.assertEqual(self.get_anchors(order), before)
        self.assertEqual(order.subscription_anchor_date, date(2027, 1, 31))
        self.assertFalse(order.subscription_interruption_ids)
        self.assertBillsNothing(order)

    def test_resuming_early_begins_anew_on_that_day(self):
        order = self.create_own_contract(self.seat, day="2027-01-31", template=self.restart).sudo()
        order._subscription_pause(date(2027, 2, 14), date(2027, 3, 20))
        self.bill(order, "2027-02-14")
        self.travel("2027-03-02")
        order._subscription_resume(date(2027, 3, 2))
        self.assertEqual(self.get_anchors(order)[-1], ("2027-03-02", "2027-03-02"))
        self.assertEqual(order.subscription_anchor_date, date(2027, 3, 2))
        self.assertEqual(self.bill(order).amount_untaxed, 10.0)
        self.assertEqual(len(self.get_anchors(order)), 2)

    def test_a_later_pause_that_is_planned_keeps_its_new_beginning(self):
        order = self.create_own_contract(self.seat, day="2027-01-31", template=self.restart).sudo()
        order._subscription_pause(date(2027, 8, 1), date(2027, 8, 17))
        order._subscription_pause(date(2027, 2, 14), date(2027, 3, 5))
        self.assertEqual(
            self.get_anchors(order)[1:],
            [("2027-03-05", "2027-03-05"), ("2027-08-17", "2027-08-17")],
        )
        order.action_subscription_resume()
        self.assertEqual(
            self.get_anchors(order), [("2027-01-31", "2027-01-31"), ("2027-08-17", "2027-08-17")]
        )

    def test_steps_behind_a_planned_end_begin_anew_too(self):
        order = self.create_own_contract(self.seat, day="2027-01-31", template=self.restart).sudo()
        order._subscription_change_line(order.order_line, date(2027, 6, 1), price_unit=12.0)
        order._subscription_close(date(2027, 5, 1), self.reason)
        order._subscription_pause(date(2027, 2, 14), date(2027, 3, 5))
        order._subscription_keep()
        self.assertEqual(
            self.get_anchors(order)[1:],
            [("2027-03-05", "2027-03-05"), ("2027-06-01", "2027-03-05")],
        )

    def test_contracts_on_a_fixed_day_keep_it(self):
        self.restart.write({"alignment": "day", "billing_day": 15})
        order = self.create_own_contract(self.seat, day="2027-01-15", template=self.restart)
        wizard = self.open_wizard("pause", order)
        self.assertFalse(wizard.can_restart)
        self.assertEqual(wizard.anchor_rule, "keep")

    def test_prices_and_discounts_survive_a_pause(self):
        for template in (self.template, self.restart):
            order = self.create_contract(
                self.line_values(self.seat, 3, price_unit=7.77, discount=12.5),
                day="2027-01-31",
                template=template,
            )
            self.seat.list_price += 5
            self.run_cron()
            order._subscription_pause(date(2027, 2, 14), date(2027, 4, 3))
            self.run_cron("2027-02-14")
            self.run_cron("2027-04-03")
            line = order.order_line
            self.assertEqual(
                (line.product_uom_qty, line.price_unit, line.discount), (3, 7.77, 12.5)
            )
            self.assertEqual(order.subscription_state, "active")

    def test_a_suspension_withholds_service_until_it_is_resumed(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        self.travel("2027-02-14")
        action = order.action_subscription_suspend()
        self.assertEqual(action["context"]["default_kind"], "suspension")
        wizard = self.env[action["res_model"]].with_user(self.clerk)
        wizard = wizard.with_context(**action["context"]).create({"reason": "No answer"})
        wizard.action_pause()
        self.assertEqual(order.subscription_state, "suspended")
        note = self.get_last_note(order)
        for text in ("Suspended from 02/14/2027", "No answer", "6.00"):
            self.assertIn(text, note)
        self.assertEqual(self.bill(order.sudo()).amount_untaxed, 5.0)
        self.travel("2027-03-14")
        order.action_subscription_resume()
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(self.bill(order.sudo()).amount_untaxed, 5.48)
        self.assertBillsNothing(order.sudo())
        self.assertNothingFound(order.sudo())

    def test_a_scheduled_return_needs_nobody(self):
        order = self.create_own_contract(self.seat, day="2027-01-31").sudo()
        order._subscription_pause(date(2027, 2, 14), date(2027, 3, 14), kind="suspension")
        self.run_cron("2027-02-14")
        self.assertEqual(order.subscription_state, "suspended")
        self.run_cron("2027-03-14")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(self.get_table(order)[-1], ("2027-03-14", "2027-03-30", 1, 5.48))

    def test_a_return_may_be_planned_for_a_later_day(self):
        order = self.create_own_contract(self.seat, day="2027-01-31").sudo()
        order._subscription_pause(date(2027, 2, 14))
        self.run_cron("2027-02-14")
        wizard = self.open_wizard("resume", order)
        wizard.date = date(2027, 3, 31)
        self.assertEqual(wizard.preview["documents"][0]["untaxed"], 10.0)
        wizard.save().action_resume()
        self.assertEqual(order.subscription_state, "paused")
        self.run_cron("2027-03-31")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(self.get_table(order)[-1], ("2027-03-31", "2027-04-29", 1, 10))

    def test_pauses_that_make_no_sense_are_refused(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        with self.assertRefused("must end after it begins"):
            order._subscription_pause(date(2027, 3, 1), date(2027, 3, 1))
        order._subscription_close(date(2027, 3, 1), self.reason)
        with self.assertRefused("nothing to pause"):
            order._subscription_pause(date(2027, 3, 1), date(2027, 3, 10))
        self.assertFalse(order.subscription_interruption_ids)

    def test_days_of_another_pause_are_refused_in_words_that_name_it(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        order._subscription_pause(date(2027, 3, 1), date(2027, 3, 11))
        order._subscription_pause(date(2027, 6, 1), kind="suspension")
        for days, text in (
            ((date(2027, 3, 10), None), "is already paused from 03/01/2027 to 03/10/2027"),
            ((date(2027, 2, 1), date(2027, 3, 2)), "is already paused from 03/01/2027 to"),
            ((date(2027, 5, 1), date(2027, 6, 2)), "is suspended from 06/01/2027 on until"),
        ):
            for kind in ("pause", "suspension"):
                with self.assertRefused(f"{order.name} {text}"):
                    order._subscription_pause(*days, kind=kind)
            wizard = self.open_wizard("pause", order)
            wizard.start_date, wizard.resume_date = days[0], days[1] or False
            self.assertIn(f"{order.name} {text}", wizard.preview["error"])
            self.assertEqual(wizard.preview["documents"], [])
        self.assertEqual(len(order.subscription_interruption_ids), 2)
        order._subscription_pause(date(2027, 3, 11), date(2027, 6, 1))
        self.assertEqual(len(order.subscription_interruption_ids), 3)

    def test_days_on_which_a_contract_was_closed_cannot_be_paused(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        order._subscription_close(date(2027, 2, 10), self.reason)
        self.travel("2027-02-20")
        order._subscription_refresh_state()
        order._subscription_reopen(date(2027, 2, 20))
        with self.assertRefused("was closed from 02/10/2027 to 02/19/2027"):
            order._subscription_pause(date(2027, 2, 15), date(2027, 2, 25))

    def test_wizards_say_why_a_day_is_refused_before_anybody_confirms(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        order._subscription_pause(date(2027, 2, 5), date(2027, 2, 20))
        wizard = self.open_wizard("resume", order)
        wizard.date = date(2027, 2, 20)
        self.assertIn("is not paused on 02/20/2027 or later", wizard.preview["error"])
        with self.assertRefused("is not paused on 02/20/2027 or later"):
            wizard.save().action_resume()
        order._subscription_close(date(2027, 3, 1), self.reason)
        wizard = self.open_wizard("close", order)
        wizard.when = "date"
        wizard.last_date = date(2027, 1, 15)
        self.assertIn("starts on 01/31/2027 and cannot end before", wizard.preview["error"])
        self.travel("2027-03-05")
        order._subscription_refresh_state()
        wizard = self.open_wizard("reopen", order)
        wizard.start_date = date(2027, 2, 15)
        self.assertIn("was served until 02/28/2027", wizard.preview["error"])

    def test_customers_pause_as_long_as_the_terms_grant(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        today = date(2027, 1, 31)
        with self.assertRefused("cannot be paused online"):
            order._check_customer_pause(today, today + timedelta(days=10))
        self.template.pause_max_days = 30
        order._check_customer_pause(today, today + timedelta(days=30))
        for start, days in ((today, 31), (today - timedelta(days=1), 10)):
            with self.assertRefused("up to 30 days"):
                order._check_customer_pause(start, start + timedelta(days=days))
        with self.assertRefused("up to 30 days"):
            order._check_customer_pause(today, None)

    def test_salespeople_without_subscription_rights_suspend_nothing(self):
        seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )
        order = self.create_contract(self.seat, user_id=seller.id).with_user(seller)
        for name in ("suspend", "resume_on"):
            with self.assertRaises(AccessError):
                getattr(order, f"action_subscription_{name}")()
