from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..support.common_operator import WizardCase


@tagged("post_install", "-at_install")
class TestMassWizard(WizardCase):
    """One thing is done with many contracts; who is refused does not stop the others."""

    def prepare_once(self):
        super().prepare_once()
        self.orders = self.env["sale.order"].union(
            *(
                self.create_own_contract(self.line_values(self.seat, 3), day="2027-04-01")
                for _index in range(3)
            )
        )
        self.travel("2027-04-16")

    def open_mass(self, orders=None):
        action = (
            (orders or self.orders).with_user(self.clerk).action_subscription_change_selection()
        )
        return Form(
            self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"])
        )

    def start(self, form, step=2):
        """Press the button and do the steps, as the client does."""
        wizard = form.save()
        ids = wizard.action_start()["params"]["order_ids"]
        done, failed = [], []
        for at in range(0, len(ids), step):
            result = wizard.action_batch(ids[at : at + step])
            done += result["done_ids"]
            failed += result["failed"]
        return {"done_ids": sorted(done), "failed": failed}

    def test_contracts_are_closed_each_at_the_end_of_its_own_period(self):
        later = self.create_own_contract(self.seat, day="2027-04-10")
        self.travel("2027-04-16")
        form = self.open_mass(self.orders | later)
        self.assertEqual(form.contract_count, 4)
        form.reason_id = self.reason
        form.note = "The product is gone"
        result = self.start(form)
        self.assertEqual(result, {"done_ids": (self.orders | later).ids, "failed": []})
        self.assertEqual(set(self.orders.mapped("subscription_last_date")), {date(2027, 4, 30)})
        self.assertEqual(later.subscription_last_date, date(2027, 5, 9))
        self.assertEqual(later.subscription_close_reason_id, self.reason)
        self.assertEqual(later.subscription_close_note, "The product is gone")

    def test_closing_now_shows_what_is_given_back_and_touches_nothing(self):
        facts = self.get_facts(self.orders)
        form = self.open_mass()
        self.assertEqual(form.preview["contracts"], [])
        self.assertEqual(form.preview["idle"], 3)
        form.when = "now"
        self.assertEqual(
            [self.get_totals(contract) for contract in form.preview["contracts"]],
            [[("credit", -18.0)]] * 3,
        )
        self.assertEqual(form.preview["totals"][0]["total"], -54.0)
        self.assertEqual(self.get_facts(self.orders), facts)
        form.reason_id = self.reason
        self.start(form)
        self.assertEqual(set(self.orders.mapped("subscription_state")), {"closed"})
        credits = self.bill(self.orders)
        self.assertEqual(credits.mapped("amount_total"), [18.0] * 3)

    def test_one_refused_contract_is_named_and_the_others_are_done(self):
        self.orders[1]._subscription_pause(date(2027, 4, 20), date(2027, 5, 1))
        steps = self.orders[1].message_ids
        form = self.open_mass()
        form.operation = "pause"
        form.start_date = date(2027, 4, 18)
        form.resume_date = date(2027, 4, 25)
        result = self.start(form)
        self.assertEqual(result["done_ids"], (self.orders[0] | self.orders[2]).ids)
        self.assertEqual(
            [(failed["id"], failed["name"]) for failed in result["failed"]],
            [(self.orders[1].id, self.orders[1].name)],
        )
        self.assertIn(
            f"{self.orders[1].name} is already paused from 04/20/2027 to 04/30/2027",
            result["failed"][0]["reason"],
        )
        self.assertEqual(self.orders[1].message_ids, steps)
        self.assertEqual(len(self.orders.subscription_interruption_ids), 3)

    def test_paused_contracts_are_resumed_and_others_refused(self):
        self.orders[:2]._subscription_pause(date(2027, 4, 10))
        form = self.open_mass()
        form.operation = "resume"
        result = self.start(form)
        self.assertEqual(result["done_ids"], self.orders[:2].ids)
        self.assertIn("is not paused", result["failed"][0]["reason"])
        self.assertEqual(set(self.orders.mapped("subscription_state")), {"active"})

    def test_contracts_are_suspended_and_what_that_gives_back_is_shown(self):
        facts = self.get_facts(self.orders)
        form = self.open_mass()
        form.operation = "suspend"
        form.pause_reason = "Unpaid"
        self.assertEqual(
            [self.get_totals(contract) for contract in form.preview["contracts"]],
            [[("credit", -18.0)]] * 3,
        )
        self.assertEqual(self.get_facts(self.orders), facts)
        self.assertEqual(self.start(form)["done_ids"], self.orders.ids)
        gaps = self.orders.subscription_interruption_ids
        self.assertEqual(set(gaps.mapped("kind")), {"suspension"})
        self.assertEqual(set(gaps.mapped("reason")), {"Unpaid"})
        self.assertEqual(set(self.orders.mapped("subscription_state")), {"suspended"})
        self.assertEqual(self.bill(self.orders).mapped("amount_total"), [18.0] * 3)

    def test_resuming_shows_what_is_billed_and_may_wait_for_a_day_to_come(self):
        self.orders._subscription_pause(date(2027, 4, 16))
        self.bill(self.orders)
        form = self.open_mass()
        form.operation = "resume"
        self.assertEqual(form.preview["totals"][0]["total"], 54.0)
        form.resume_on_date = date(2027, 4, 21)
        self.assertEqual(form.preview["totals"][0]["total"], 36.0)
        self.assertEqual(self.start(form)["failed"], [])
        self.assertEqual(set(self.orders.mapped("subscription_state")), {"paused"})
        moves = self.bill(self.orders, "2027-04-21")
        self.assertEqual(set(self.orders.mapped("subscription_state")), {"active"})
        self.assertAlmostEqual(sum(moves.mapped("amount_total")), 36.0)

    def test_stage_and_salesperson_are_changed_without_a_mail_for_each(self):
        stage = self.env["subscription.stage"].create({"name": "Call them"})
        form = self.open_mass()
        form.operation = "stage"
        form.stage_id = stage
        self.assertFalse(form.preview)
        self.assertEqual(self.start(form)["done_ids"], self.orders.ids)
        self.assertEqual(self.orders.subscription_stage_id, stage)
        closed = self.env["subscription.stage"].search([("subscription_state", "=", "closed")])
        form = self.open_mass()
        form.operation = "stage"
        form.stage_id = closed[:1]
        self.assertEqual(len(self.start(form)["failed"]), 3)
        self.assertEqual(self.orders.subscription_stage_id, stage)
        colleague = new_test_user(
            self.env, "colleague", groups="sale_recurring.group_subscription_user"
        )
        mails = self.env["mail.mail"].sudo().search_count([])
        form = self.open_mass()
        form.operation = "user"
        form.user_id = colleague
        self.start(form)
        self.assertEqual(self.orders.user_id, colleague)
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails)

    def test_contracts_of_colleagues_and_of_other_wizards_are_left_alone(self):
        theirs = self.create_contract(self.seat, user_id=self.env.ref("base.user_admin").id)
        with self.assertRaises(AccessError):
            theirs.with_user(self.clerk).action_subscription_change_selection()
        form = self.open_mass()
        form.reason_id = self.reason
        wizard = form.save()
        self.assertEqual(wizard.action_batch(theirs.ids), {"done_ids": [], "failed": []})
        self.assertFalse(theirs.subscription_end_date)
        seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )
        with self.assertRaises(AccessError):
            self.orders.with_user(seller).action_subscription_change_selection()

    def test_what_is_missing_is_asked_for(self):
        Wizard = self.env["subscription.mass.wizard"].with_user(self.clerk)
        for values in (
            {"operation": "close"},
            {"operation": "stage"},
            {"operation": "user"},
            {"operation": "resume", "resume_on_date": False},
            {"operation": "suspend", "start_date": False},
            {"operation": "pause", "start_date": False},
        ):
            wizard = Wizard.create({"order_ids": [Command.set(self.orders.ids)], **values})
            with self.assertRefused("Fill in what shall happen"):
                wizard.action_start()
        wizard.write({"start_date": date(2027, 5, 1), "resume_date": date(2027, 5, 1)})
        with self.assertRefused("Service would go on before it stops"):
            wizard.action_batch(self.orders.ids)
        with self.assertRefused("None of these orders is a contract"):
            self.create_order(self.setup_service).action_subscription_change_selection()
