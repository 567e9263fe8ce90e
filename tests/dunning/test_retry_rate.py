from odoo.tests import tagged

from ..support.common_dunning import DunningCommon


@tagged("post_install", "-at_install")
class TestRetryRate(DunningCommon):
    """Each charge costs money and may mail: a customer who changes cards buys no more than five."""

    def give_methods(self, order, count):
        for _number in range(count):
            order._subscription_replace_token(self.create_token("error"))
            self.run_charges()

    def test_methods_given_again_and_again_are_tried_a_few_times_a_day(self):
        order, invoice = self.create_late_contract()
        self.give_methods(order, 8)
        self.assertEqual(len(invoice.transaction_ids), 5)
        self.travel("2027-02-02")
        self.give_methods(order, 1)
        self.assertEqual(len(invoice.transaction_ids), 6)

    def test_a_good_method_pays_at_once(self):
        order, invoice = self.create_late_contract()
        order._subscription_replace_token(self.create_token("done"))
        self.run_charges()
        self.assertEqual(invoice.payment_state, "paid")
