from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_dunning import DunningCommon


@tagged("post_install", "-at_install")
class TestDunningParts(DunningCommon):
    """An instalment that is late is dunned, with its own amount and day."""

    def test_a_late_instalment_is_reminded_of(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now",
                "line_ids": [
                    Command.clear(),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        order, invoice = self.create_late_contract(payment_term_id=term.id)
        self.assertEqual(str(invoice.invoice_date_due), "2027-04-01")
        self.run_dunning("2027-02-03")
        body = self.get_mails().body_html.replace("\xa0", " ")
        self.assertIn("18.00", body)
        self.assertNotIn("36.00", body)
        self.assertEqual(order.subscription_overdue_amount, 18)
        self.book_payment(invoice, amount=18)
        self.run_dunning("2027-02-04")
        self.assertFalse(order.subscription_in_dunning)

    def create_two_parts(self, *steps):
        """Return a contract whose invoice is paid in two halves, the second 60 days later."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now",
                "line_ids": [
                    Command.clear(),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        self.charged_template.dunning_policy_id = self.create_policy(*steps)
        self.charged_template.payment_mode = "manual"
        order = self.create_charged_contract(payment_term_id=term.id)
        return order, self.bill(order)

    def test_an_instalment_that_is_late_after_the_first_was_paid_begins_with_the_first_step(self):
        order, invoice = self.create_two_parts((3, "remind"), (10, "suspend"))
        self.run_dunning("2027-02-03")
        self.run_dunning("2027-02-10")
        self.assertEqual(order.subscription_state, "suspended")
        self.book_payment(invoice, amount=18)
        self.run_dunning("2027-02-12")
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_in_dunning)
        self.run_dunning("2027-04-04")
        steps = [event[:2] for event in self.get_events(invoice) if event[1] != "paid"]
        self.assertEqual(
            steps,
            [("2027-02-03", "remind"), ("2027-02-10", "suspend"), ("2027-04-04", "remind")],
        )
        self.assertEqual(order.subscription_state, "active", "told anew, for a day to come")
        self.assertIn("04/11/2027", self.get_mails().sorted("id")[-1:].body_html)
        self.run_dunning("2027-04-10")
        self.assertEqual(order.subscription_state, "active")
        self.run_dunning("2027-04-11")
        self.assertEqual(order.subscription_state, "suspended")

    def test_what_was_announced_for_the_first_instalment_does_not_count_for_the_second(self):
        order, invoice = self.create_two_parts((3, "remind"), (20, "suspend"))
        self.run_dunning("2027-02-03")
        self.book_payment(invoice, amount=18)
        self.run_dunning("2027-02-04")
        self.run_dunning("2027-04-04", leave=False)
        self.run_dunning("2027-04-21", leave=False)
        self.assertEqual(order.subscription_state, "active")

    def test_two_instalments_that_are_late_together_are_one_delay(self):
        order, invoice = self.create_two_parts((3, "remind"), (70, "suspend"))
        self.run_dunning("2027-02-03")
        self.run_dunning("2027-04-05")
        self.assertEqual([event[1] for event in self.get_events(invoice)], ["remind"])
        self.run_dunning("2027-04-11")
        self.assertEqual(order.subscription_state, "suspended")

    def test_a_cent_paid_of_an_instalment_begins_nothing_again(self):
        _order, invoice = self.create_two_parts((3, "remind"), (10, "remind"))
        self.run_dunning("2027-02-03")
        self.book_payment(invoice, amount=0.01)
        self.run_dunning("2027-02-04")
        reminders = [event for event in self.get_events(invoice) if event[1] == "remind"]
        self.assertEqual(len(reminders), 1)
