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
