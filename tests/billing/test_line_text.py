from datetime import date

from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestLineText(SubscriptionCommon):
    """Each line says which days it bills, and how a part of a period was priced."""

    def get_texts(self, moves):
        return [line.name.replace("\xa0", " ") for line in moves.invoice_line_ids]

    def test_full_period_names_its_days(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        move = self.bill(order)
        self.assertEqual(self.get_texts(move), ["Seat\n04/01/2027 to 04/30/2027"])
        line = move.invoice_line_ids
        self.assertEqual(line.deferred_start_date, date(2027, 4, 1))
        self.assertEqual(line.deferred_end_date, date(2027, 4, 30), "the last day is included")

    def test_part_of_a_period_shows_its_formula(self):
        template = self._create_template("Calendar", alignment="calendar")
        order = self.create_contract(
            self.line_values(self.seat, 5),
            self.line_values(self.support, recurrence_id=self.quarter.id),
            day="2027-04-20",
            template=template,
        )
        move = self.bill(order)
        self.assertEqual(
            self.get_texts(move),
            [
                "Seat\n04/20/2027 to 04/30/2027 (11 of 30 days of $ 10.00 per month)",
                "Support\n04/20/2027 to 06/30/2027 (72 of 91 days of $ 33.33 per 3 months)",
            ],
        )
        seats, support = move.invoice_line_ids
        self.assertEqual((seats.quantity, seats.price_subtotal), (5, 18.33))
        self.assertEqual((support.quantity, support.price_subtotal), (1, 26.37))

    def test_quantity_stays_whole_and_the_price_is_not_rounded(self):
        order = self.create_contract(self.line_values(self.hosting, 7), day="2027-01-31")
        self.bill(order)
        self.travel("2027-02-11")
        order.order_line.product_uom_qty = 10
        line = self.bill(order).invoice_line_ids
        self.assertEqual(line.quantity, 3)
        self.assertEqual(line.price_subtotal, 218.39)
        self.assertAlmostEqual(line.price_unit, 218.39 / 3, 9)
        self.assertNotEqual(line.price_unit, round(line.price_unit, 2))

    def test_months_of_30_days_are_told_in_such_days(self):
        template = self._create_template("30", convention="fixed_30", alignment="calendar")
        order = self.create_contract(
            self.seat,
            self.line_values(self.hosting, recurrence_id=self.year.id),
            day="2027-04-20",
            template=template,
        )
        self.assertEqual(
            self.get_texts(self.bill(order)),
            [
                "Seat\n04/20/2027 to 04/30/2027 (11 of 30 days of $ 10.00 per month)",
                "Hosting\n04/20/2027 to 12/31/2027 (251 of 360 days of $ 119.90 per year)",
            ],
        )

    def test_credit_names_the_days_and_the_invoice(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        invoice = self.bill(order)
        self.travel("2027-04-25")
        order.order_line.product_uom_qty = 2
        credit = self.bill(order)
        self.assertEqual(
            self.get_texts(credit),
            [f"Seat\nCredit for 04/25/2027 to 04/30/2027 (6 of 30 days) of {invoice.name}"],
        )
        line = credit.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit, line.price_subtotal), (3, 2, 6))
        self.assertEqual(line.deferred_start_date, date(2027, 4, 25))
        self.assertEqual(line.deferred_end_date, date(2027, 4, 30))
        self.assertEqual(line.account_id, invoice.invoice_line_ids.account_id)
        self.assertEqual(line.tax_ids, invoice.invoice_line_ids.tax_ids)

    def test_netted_credit_has_a_negative_quantity_and_a_positive_price(self):
        order = self.create_contract(
            self.line_values(self.seat, 5), self.line_values(self.hosting), day="2027-04-01"
        )
        invoice = self.bill(order)
        self.book_payment(invoice)
        self.travel("2027-04-25")
        order.order_line[0].product_uom_qty = 2
        order.order_line[1].product_uom_qty = 2
        move = self.bill(order)
        self.assertEqual(move.move_type, "out_invoice")
        lines = [(line.quantity, line.price_subtotal) for line in move.invoice_line_ids]
        self.assertEqual(sorted(lines), [(-3, -6), (1, 23.98)])
        self.assertTrue(all(line.price_unit > 0 for line in move.invoice_line_ids))

    def test_no_proration_names_the_days_at_the_full_price(self):
        template = self._create_template("Whole", convention="none", alignment="calendar")
        order = self.create_contract(self.seat, day="2027-04-20", template=template)
        move = self.bill(order)
        self.assertEqual(self.get_texts(move), ["Seat\n04/20/2027 to 04/30/2027"])
        self.assertEqual(move.amount_untaxed, 10.0)

    def test_delivered_quantity_is_named(self):
        hours = self._create_product("Hours", 80.0, invoice_policy="delivery")
        order = self.create_contract(hours, day="2027-04-01")
        order.order_line.qty_delivered = 2.5
        move = self.bill(order, "2027-05-01")
        self.assertEqual(
            self.get_texts(move), ["Hours\n04/01/2027 to 04/30/2027, delivered quantity"]
        )
        self.assertEqual(move.invoice_line_ids.quantity, 2.5)

    def test_discount_stays_a_discount(self):
        template = self._create_template("Calendar", alignment="calendar")
        order = self.create_contract(
            self.line_values(self.seat, 2, discount=25.0), day="2027-04-16", template=template
        )
        line = self.bill(order).invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit, line.discount), (2, 5, 25))
        self.assertEqual(line.price_subtotal, 7.5)

    def test_days_are_written_as_the_customer_writes_them(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        order = self.create_contract(self.seat, day="2027-04-20")
        [text] = self.get_texts(self.bill(order))
        self.assertIn("20/04/2027", text)
        self.assertIn("19/05/2027", text)
