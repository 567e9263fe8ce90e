from itertools import product

from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestCoins(SubscriptionCommon):
    """Documents that a clerk rounds to coins."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.drafts = cls._create_template("Drafts", invoice_mode="draft")
        gain, loss = cls.env["account.account"].create(
            [
                {"name": "Coins won", "code": "COINW", "account_type": "income_other"},
                {"name": "Coins lost", "code": "COINL", "account_type": "expense"},
            ]
        )
        cls.coins = cls.env["account.cash.rounding"].create(
            {
                "name": "Coins",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
                "profit_account_id": gain.id,
                "loss_account_id": loss.id,
            }
        )

    def create_rounded(self, price):
        """Return a contract of three seats, and its invoice of January, rounded to coins."""
        order = self.create_contract(
            self.line_values(self.seat, 3, price_unit=price),
            day="2027-01-01",
            template=self.drafts,
        )
        invoice = self.bill(order)
        invoice.invoice_cash_rounding_id = self.coins
        return order, invoice

    def reverse(self, invoice):
        """Return a credit note that a clerk makes of all that is left of an invoice, a draft."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id}).refund_moves()
        return self.env["account.move"].browse(action["res_id"])

    def test_draft_that_was_rounded_is_not_made_anew(self):
        order, invoice = self.create_rounded(11.11)
        self.assertTrue(invoice._is_draft_edited())
        order.order_line.product_uom_qty = 4
        self.assertFalse(self.bill(order))
        self.assertTrue(invoice.exists())
        self.assertEqual(order.subscription_waiting_move_id, invoice)
        invoice.action_post()
        self.assertEqual(self.bill(order).amount_untaxed, 11.11)

    def test_credit_notes_give_back_the_exact_rest(self):
        prices = (11.11, 11.12, 11.13, 11.14, 11.15)
        for strategy, price in product(("add_invoice_line", "biggest_tax"), prices):
            for by_hand in (False, True):
                with self.subTest(strategy=strategy, price=price, by_hand=by_hand):
                    self.coins.strategy = strategy
                    order, invoice = self.create_rounded(price)
                    invoice.action_post()
                    if by_hand:
                        note = self.reverse(invoice)
                        note.invoice_line_ids.write({"quantity": 1, "price_unit": 4.44})
                    else:
                        self.travel("2027-01-11")
                        order.order_line.product_uom_qty = 2
                        note = self.bill(order)
                    note.action_post()
                    rest = self.reverse(invoice)
                    rest.action_post()
                    self.assertEqual(
                        round(note.amount_total + rest.amount_total, 2), invoice.amount_total
                    )
                    self.assertEqual((invoice.amount_residual, rest.amount_residual), (0.0, 0.0))
