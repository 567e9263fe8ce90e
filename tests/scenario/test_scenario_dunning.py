from datetime import date, timedelta

from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..support.common_dunning import DunningCommon

WEEKS = 6


@tagged("post_install", "-at_install")
class TestScenarioDunning(DunningCommon):
    """Six weeks of customers who pay, whose bank hesitates, who cancel, and who never pay."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "clerk", groups="base.group_user,sale_recurring.group_subscription_user"
        )

    def create_customer_contract(self, state):
        """Return a contract of a customer of its own whose charges end in a state."""
        partner = self.partner.copy({"name": state, "email": f"{state}@example.com"})
        return self.create_contract(
            self.seat,
            template=self.charged_template,
            partner_id=partner.id,
            subscription_payment_token_id=self.create_token(state, partner).id,
            user_id=self.clerk.id,
        )

    def live_through(self, orders, days):
        """Let all jobs run each day.

        :param dict days: what happens on a day before the jobs run
        """
        for number in range(WEEKS * 7):
            day = self.travel(date(2027, 1, 31) + timedelta(days=number))
            for event in days.get(day.isoformat(), ()):
                event()
            self.run_cron()
            self.run_charges()
            self.run_dunning()
        return orders

    def get_story(self, orders):
        """Return invoices, charges and dunning events of contracts, as short words."""
        moves = orders.invoice_ids.sorted("id")
        return {
            "invoices": [
                (move.invoice_date.isoformat(), move.move_type[4:], move.payment_state)
                for move in moves
            ],
            "charges": moves.transaction_ids.sorted("id").mapped("state"),
            "events": [
                (event.date.strftime("%m-%d"), event.action, event.outcome)
                for event in moves.subscription_dunning_event_ids.sorted("id")
            ],
            "state": orders.mapped("subscription_state"),
        }

    def test_each_ends_as_it_should_and_a_second_run_does_nothing(self):
        orders = {
            state: self.create_customer_contract(state)
            for state in ("done", "pending", "cancel", "error")
        }
        everybody = self.env["sale.order"].union(*orders.values())

        def bank_answers():
            tx = orders["pending"].invoice_ids.transaction_ids
            tx.action_demo_set_done()
            tx._post_process()

        def customer_replaces():
            order = orders["cancel"]
            order._subscription_replace_token(self.create_token("done", order.partner_id))

        self.live_through(
            everybody, {"2027-02-12": [bank_answers], "2027-02-22": [customer_replaces]}
        )
        stories = {state: self.get_story(order) for state, order in orders.items()}
        self.check_stories(stories)
        self.run_cron()
        self.run_charges()
        everybody.invoice_ids.subscription_dunning_checked_date = False
        self.run_dunning()
        after = {state: self.get_story(order) for state, order in orders.items()}
        self.assertEqual(after, stories)
        self.assertLedgerWhole(everybody)

    def check_stories(self, stories):
        """Compare what happened with what should have."""
        paid = ("2027-01-31", "invoice", "paid")
        self.assertEqual(
            stories["done"],
            {
                "invoices": [paid, ("2027-02-28", "invoice", "paid")],
                "charges": ["done", "done"],
                "events": [],
                "state": ["active"],
            },
        )
        self.assertEqual(stories["pending"]["charges"], ["done", "pending"])
        self.assertEqual(stories["pending"]["events"], [])
        retried = [
            ("02-03", "charge", "done"),
            ("02-03", "remind", "done"),
            ("02-07", "charge", "done"),
            ("02-07", "remind", "done"),
            ("02-14", "activity", "done"),
            ("02-20", "suspend", "done"),
        ]
        self.assertEqual(
            stories["cancel"]["events"],
            [*retried, ("02-22", "charge", "done"), ("02-22", "paid", "done")],
        )
        self.assertEqual(stories["cancel"]["charges"][:4], ["cancel"] * 3 + ["done"])
        self.assertEqual(stories["cancel"]["state"], ["active"])
        self.assertEqual(
            stories["error"]["events"],
            [*retried, ("02-23", "warn", "done"), ("03-02", "close", "done")],
        )
        self.assertEqual(stories["error"]["state"], ["closed"])

    def test_a_salesperson_reads_what_happens_next(self):
        order = self.create_customer_contract("error")
        self.bill(order)
        self.run_charges()
        self.run_dunning("2027-02-03")
        seen = order.with_user(self.clerk)
        self.env.invalidate_all()
        self.assertIn("Charge again (02/07/2027)", seen.subscription_dunning_text)
        self.assertIn("Close the contract (03/02/2027)", seen.subscription_dunning_text)
        self.assertEqual(seen.subscription_dunning_event_count, 2)
        self.assertEqual(seen.subscription_overdue_amount, 12.0)
        action = self.env.ref("sale_recurring.subscription_in_dunning_action")
        found = seen.search(safe_eval(action.domain))
        self.assertIn(order, found)

    def test_the_list_costs_as_much_for_many_as_for_one(self):
        orders = self.env["sale.order"]
        for _number in range(6):
            orders |= self.create_customer_contract("error")
        self.bill(orders)
        self.run_charges()
        self.run_dunning("2027-02-03")
        one = self.count_queries(orders[:1].mapped, "subscription_dunning_text")
        many = self.count_queries(orders.mapped, "subscription_dunning_text")
        self.assertLessEqual(many, one + 5)
