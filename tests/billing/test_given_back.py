from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_given_back import GivenBackCommon


@tagged("post_install", "-at_install")
class TestGivenBack(GivenBackCommon):
    """What is given back never exceeds what its invoice asked for, tax by tax and in total."""

    # ------------------------------------------------------------------
    # Taxes that are no percentage
    # ------------------------------------------------------------------

    def test_fixed_tax_is_given_back_in_proportion(self):
        fixed = self._create_tax(2, amount_type="fixed")
        device = self._create_product("Device", 30.0, taxes_id=[Command.set(fixed.ids)])
        order = self.create_contract(self.line_values(device, 4), day="2027-06-01")
        invoice = self.bill(order)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (120.0, 8.0))
        for first in (5, 12, 20):
            order._subscription_pause(date(2027, 6, first), date(2027, 6, first + 2))
        self.bill(order, "2027-06-22")
        moves = order.order_line.invoice_lines.move_id
        self.assertEqual(self.sum_up(moves), (96.0, 6.4, 102.4))
        self.assertBillsNothing(order)

    def test_fixed_tax_with_another_on_top_leaves_nothing(self):
        fixed = self._create_tax(0.37, amount_type="fixed", include_base_amount=True, sequence=1)
        percent = self._create_tax(19, sequence=2)
        device = self._create_product("Device", 7.77, taxes_id=[Command.set((fixed | percent).ids)])
        order = self.create_contract(self.line_values(device, 7), day="2027-01-01")
        self.bill(order)
        self.take_seats_back(order)
        self.assertAllGivenBack(order)

    # ------------------------------------------------------------------
    # Cents of several credits
    # ------------------------------------------------------------------

    def test_seats_that_are_taken_back_one_by_one_leave_nothing(self):
        for price, quantity, rate, method, how in (
            (1.13, 5, 19, "round_per_line", "tax_excluded"),
            (3.33, 3, 20, "round_per_line", "tax_excluded"),
            (3.33, 3, 20, "round_globally", "tax_included"),
            (0.07, 4, 7.7, "round_globally", "tax_excluded"),
        ):
            with self.subTest(price=price, method=method, how=how):
                self.company.tax_calculation_rounding_method = method
                tax = self._create_tax(rate, price_include_override=how)
                product = self._create_product("Seat", price, taxes_id=[Command.set(tax.ids)])
                order = self.create_contract(self.line_values(product, quantity), day="2027-01-01")
                self.bill(order)
                self.assertEqual(len(self.take_seats_back(order)), quantity)
                self.assertAllGivenBack(order)

    def test_credits_that_are_netted_leave_nothing(self):
        order = self.create_contract(
            self.line_values(self.seat, 5, price_unit=1.13),
            self.line_values(self.hosting),
            day="2027-01-01",
        )
        first = self.bill(order)
        self.book_payment(first)
        seats = order.order_line[0]
        for day in ("01-05", "01-09", "01-14", "01-27"):
            self.travel(f"2027-{day}")
            seats.product_uom_qty -= 1
        invoice = self.bill(order, "2027-02-01")
        tax = sum(
            base["tax_details"]["taxes_data"][0]["tax_amount_currency"]
            for base in invoice._get_rounded_base_and_tax_lines()[0]
            if base["record"].sale_line_ids == seats and base["record"].quantity < 0
        )
        credits = invoice.invoice_line_ids.filtered(lambda line: line.quantity < 0)
        back = sum(credits.mapped("price_subtotal"))
        self.assertAlmostEqual(tax, round(1.13 * back / 5.65, 2), 2)
        self.assertLedgerWhole(order)

    def test_credit_note_by_hand_gives_back_the_exact_rest(self):
        order = self.create_contract(self.line_values(self.seat, 3, price_unit=3.33))
        invoice = self.bill(order)
        seats = order.order_line
        for _number in range(2):
            seats.product_uom_qty -= 1
            self.bill(order)
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()
        self.assertEqual(self.sum_up(invoice | invoice.reversal_move_ids), (0.0, 0.0, 0.0))

    def test_credit_note_by_hand_rounds_no_tax_of_other_lines_anew(self):
        """Taxes are rounded for the whole document, and of one line something went back before."""
        self.company.tax_calculation_rounding_method = "round_globally"
        parts = self._create_tax(5.5) | self._create_tax(9.975)
        group = self._create_tax(0, amount_type="group", children_tax_ids=[Command.set(parts.ids)])
        taxed = {"tax_ids": [Command.set(group.ids)]}
        order = self.create_contract(
            self.line_values(self.seat, 3, price_unit=7.77, **taxed),
            self.line_values(self.support, 2, **taxed),
            day="2027-01-01",
        )
        invoice = self.bill(order)
        self.assertEqual(invoice.amount_tax, 13.92)
        self.travel("2027-01-11")
        order.order_line[0].product_uom_qty = 2
        # 0.82 = 7.77 x 21/31 x 15.475 %
        self.assertEqual(self.bill(order).amount_tax, 0.82)
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": [Command.set(invoice.ids)], "journal_id": invoice.journal_id.id}
        )
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()
        # 13.92 - 0.82, where 15.475 % of the rest would be 13.11
        self.assertEqual(wizard.new_move_ids.amount_tax, 13.10)
        self.assertLedgerWhole(order)

    # ------------------------------------------------------------------
    # Early payment discount that reduces the tax
    # ------------------------------------------------------------------

    def create_term(self):
        return self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
            }
        )

    def test_reduced_tax_is_what_is_given_back(self):
        order = self.create_contract(
            self.line_values(self.seat, price_unit=100), payment_term_id=self.create_term().id
        )
        invoice = self.bill(order)
        self.assertEqual(invoice.amount_total, 119.6)
        order.order_line.product_uom_qty = 0
        note = self.bill(order)
        self.assertEqual((note.amount_tax, note.amount_total), (19.6, 119.6))
        self.assertAllGivenBack(order)

    def test_reduced_tax_is_given_back_in_parts(self):
        order = self.create_contract(
            self.line_values(self.seat, 5, price_unit=1.13),
            payment_term_id=self.create_term().id,
            day="2027-01-01",
        )
        self.assertEqual(self.bill(order).amount_tax, 1.11)
        self.take_seats_back(order)
        self.assertAllGivenBack(order)

    # ------------------------------------------------------------------
    # Rounding to coins
    # ------------------------------------------------------------------

    def test_rounding_to_coins_is_given_back_with_the_lines_that_it_rounds(self):
        account = self.env["account.account"].search([("account_type", "=", "income")], limit=1)
        drafts = self._create_template("Drafts", invoice_mode="draft")
        for strategy in ("add_invoice_line", "biggest_tax"):
            coins = self.env["account.cash.rounding"].create(
                {
                    "name": strategy,
                    "rounding": 0.05,
                    "strategy": strategy,
                    "rounding_method": "HALF-UP",
                    "profit_account_id": account.id,
                    "loss_account_id": account.id,
                }
            )
            for price, asked in ((1.13, 4.05), (1.17, 4.2)):
                with self.subTest(strategy=strategy, price=price):
                    order = self.create_contract(
                        self.line_values(self.seat, 3, price_unit=price),
                        template=drafts,
                        day="2027-01-01",
                    )
                    invoice = self.bill(order)
                    invoice.invoice_cash_rounding_id = coins
                    invoice.action_post()
                    self.assertEqual(invoice.amount_total, asked)
                    self.assertEqual(len(self.take_seats_back(order, post=True)), 3)
                    self.assertAllGivenBack(order)

    # ------------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------------

    def count_credits(self, count):
        """Close so many contracts with a voucher and return how many queries say what goes back."""
        self.travel("2027-06-01")
        orders = self.env["sale.order"]
        for _number in range(count):
            orders |= self.add_voucher(
                self.create_order(self.line_values(self.seat, price_unit=300.0)), 30.0
            )
        orders.action_confirm()
        self.bill(orders)
        self.travel("2027-06-11")
        for order in orders:
            order._subscription_close(date(2027, 6, 11))
        queries = self.count_queries(lambda: orders._split_due_items(orders._get_due_items()))
        notes = self.bill(orders)
        self.assertEqual(notes.mapped("amount_total"), [216.0] * count)
        return queries

    def test_what_goes_back_of_a_batch_is_found_in_as_many_queries_as_of_one(self):
        few, many = self.count_credits(2), self.count_credits(8)
        self.assertEqual(few, many)
