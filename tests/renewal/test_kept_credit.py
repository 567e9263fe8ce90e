from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestKeptCredit(SubscriptionCommon):
    """Credit kept for the next invoice goes on with the contract, and is never forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_template("Quoted", term_count=3, end_action="quote")

    def create_with_credit(self):
        """Return a contract of 100 a month, and the credit of 30.97 that was kept for it."""
        order = self.create_contract(
            self.line_values(self.seat, 10), day="2027-03-01", template=self.terms
        )
        self.book_payment(self.bill(order))
        self.travel("2027-03-16")
        order.order_line.product_uom_qty = 5
        credit = self.bill(order)
        self.assertEqual((credit.move_type, credit.amount_residual), ("out_refund", 30.97))
        return order, credit

    def get_requests(self, order):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "sale.order"),
                ("res_id", "=", order.id),
                ("subscription_matter", "=", "credit"),
            ]
        )

    def test_renewal_takes_off_what_was_kept_for_its_contract(self):
        order, credit = self.create_with_credit()
        for day in ("2027-04-01", "2027-05-01"):
            self.book_payment(self.bill(order, day))
        credit.action_subscription_credit_next()
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual(renewal._get_credit_balance(), 30.97)
        self.travel("2027-06-01")
        (order | renewal)._subscription_refresh_state()
        self.assertEqual(order.subscription_state, "renewed")
        self.assertFalse(self.get_requests(order))
        invoice = self.bill(renewal)
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (60.0, 29.03))
        self.assertFalse(credit.amount_residual or credit.subscription_credit_next)

    def test_somebody_is_asked_about_what_is_left_when_a_contract_ends(self):
        order, credit = self.create_with_credit()
        credit.action_subscription_credit_next()
        order.order_line.product_uom_qty = 0
        self.bill(order)
        order._subscription_close(self.travel("2027-03-20"))
        request = self.get_requests(order)
        self.assertEqual(request.subscription_move_id, credit)
        self.assertIn("30.97 were kept", request.note)
        self.book_refund(credit)
        self.assertFalse(self.get_requests(order))

    def book_refund(self, credit):
        """Let a clerk give back what is left of a credit note."""
        self.book_payment(credit)
        self.assertFalse(credit.amount_residual)

    def test_nobody_is_asked_where_nothing_was_kept(self):
        order, _credit = self.create_with_credit()
        order._subscription_close(self.travel("2027-03-20"))
        self.assertFalse(self.get_requests(order))
