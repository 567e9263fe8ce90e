from datetime import date

from lxml import html
from odoo.tests import tagged

from ..support.common_change import ChangeCase


@tagged("post_install", "-at_install")
class TestPortalChange(ChangeCase):
    """Customers change quantities, add-ons and terms; they see the money, and that is booked."""

    def assertBilled(self, page, order=None):
        """The next documents are what the page showed, today and on the next day."""
        order = order or self.order
        moves = self.bill(order)
        due = self.get_part(page, "due") or ""
        shown = [f"$ {abs(sum(moves.mapped('amount_total_signed'))):.2f}"] if moves else []
        self.assertEqual([due] if due else [], shown)
        day = order.subscription_next_invoice_date
        later = self.bill(order, day)
        signed = sum(later.mapped("amount_total_signed"))
        self.assertEqual(self.get_part(page, "next"), f"$ {signed:.2f}")
        self.assertLedgerWhole(order)
        return moves

    # ------------------------------------------------------------------
    # More
    # ------------------------------------------------------------------

    def test_more_seats_are_shown_and_billed_at_once(self):
        page, response = self.change(quantity=5)
        # 18 of 28 days of 20.00, and taxes
        self.assertEqual(self.get_part(page, "due"), "$ 15.43")
        self.assertIn("Seat: quantity 3 → 5", self.get_part(page, "reasons"))
        self.assertIn(
            "From 02/10/2027 on, per month $ 60.00 until then $ 36.00",
            self.get_part(page, "periods"),
        )
        done = html.fromstring(response.text)
        self.assertIn("Your contract is changed", self.get_part(done, "done"))
        self.assertEqual(self.order.order_line.product_uom_qty, 5)
        self.assertBilled(page)

    def test_the_chatter_says_what_the_customer_did_and_mails_it(self):
        self.change(quantity=5)
        message = self.order.message_ids.filtered(
            lambda one: "Ada Customer changed this contract online" in one.body
        )
        self.assertIn("Seat: quantity 3 → 5", message.body)
        self.assertIn(self.partner, message.notified_partner_ids)
        paper = str(self.get_amendments().message_ids.mapped("body"))
        self.assertIn("confirmed by Ada Customer", paper)

    def test_an_add_on_comes_and_goes(self):
        page, _response = self.change(addon=2)
        self.assertIn("Backup (2), $ 10.00 per month is added", self.get_part(page, "reasons"))
        self.assertBilled(page)
        line = self.order.order_line.filtered(lambda line: line.product_id == self.backup)
        self.assertEqual(line.product_uom_qty, 2)
        page = self.open_change(**{f"quantity-line-{line.id}": 0})
        self.assertIn("Backup ends", self.get_part(page, "reasons"))
        self.submit(page)
        self.assertBilled(page)
        self.assertTrue(line._has_ended(self.order._subscription_today()))

    def test_an_add_on_has_limits_and_packs(self):
        self.addon.write({"minimum": 10, "maximum": 40, "increment": 10})
        page = self.open_change()
        name = self.get_names(self.order)[1]
        choices = page.xpath(f"//select[@name='{name}']/option/@value")
        self.assertEqual(choices, ["0", "10", "20", "30", "40"])
        for wrong in ("5", "15", "50", "-10"):
            page = self.open_change(addon=wrong)
            self.assertIn("from 10 to 40", self.get_part(page, "error"))
            self.assertFalse(page.xpath("//form[@name='confirm']"))
        page, _response = self.change(addon=20)
        self.assertBilled(page)

    def test_all_at_once_is_one_amendment(self):
        for product in (self.seat, self.backup):
            self.add_price(product, self.quarter, product.list_price)
        plan = f"{self.template.id}-{self.quarter.id}"
        self.change(quantity=4, addon=1, plan=plan)
        self.assertEqual(len(self.get_amendments()), 1)
        served = self.order.order_line.filtered(
            lambda line: not line._has_ended(date(2027, 4, 1)) and line.is_recurring
        )
        self.assertEqual(served.recurrence_id, self.quarter)
        self.assertEqual(
            {line.product_id: line.product_uom_qty for line in served},
            {self.seat: 4, self.backup: 1},
        )

    # ------------------------------------------------------------------
    # Less
    # ------------------------------------------------------------------

    def test_less_waits_for_the_next_period_and_can_be_taken_back(self):
        page, response = self.change(quantity=1)
        self.assertIsNone(self.get_part(page, "due"))
        self.assertEqual(self.get_part(page, "next"), "$ 12.00")
        done = html.fromstring(response.text)
        self.assertIn("with the next period", self.get_part(done, "done"))
        self.assertBillsNothing(self.order)
        self.assertEqual(self.order.subscription_planned_ids.planned_date, date(2027, 2, 28))
        done = html.fromstring(self.submit(done, name="revoke").text)
        self.assertIn("taken back", self.get_part(done, "done"))
        self.assertFalse(self.order.subscription_planned_ids)
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 36)

    def test_less_is_billed_from_the_next_period(self):
        page, _response = self.change(quantity=1)
        self.assertBilled(page)

    def test_less_holds_at_once_where_the_terms_say_so(self):
        self.template.downgrade_mode = "now"
        page, _response = self.change(quantity=1)
        self.assertIn("Given back", self.get_part(page, "effects"))
        self.assertEqual(self.get_part(page, "due"), "$ 15.43")
        moves = self.assertBilled(page)
        self.assertEqual(moves.mapped("move_type"), ["out_refund"])

    def test_what_is_taken_off_the_next_invoice_is_told_so(self):
        self.template.write({"downgrade_mode": "now", "credit_on_downgrade": "offset"})
        page, _response = self.change(quantity=2)
        self.assertIn("Taken off your next invoice", self.get_part(page, "effects"))
        # 24.00 less 7.72
        self.assertEqual(self.get_part(page, "next"), "$ 16.28")
        self.assertBillsNothing(self.order)
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 16.28)

    # ------------------------------------------------------------------
    # Other terms, another recurrence
    # ------------------------------------------------------------------

    def test_a_switch_keeps_the_quantity(self):
        self.env["subscription.price"].create(
            {
                "product_tmpl_id": self.seat.product_tmpl_id.id,
                "recurrence_id": self.year.id,
                "price": 130.0,
            }
        )
        page, _response = self.change(plan=f"{self.template.id}-{self.year.id}")
        self.assertIn("per year $ 468.00", self.get_part(page, "periods"))
        moves = self.assertBilled(page)
        new = self.order.order_line.filtered(lambda line: line.recurrence_id == self.year)
        self.assertEqual(new.product_uom_qty, 3)
        self.assertTrue(moves)

    def test_a_cheaper_year_waits_for_the_next_period(self):
        self.add_price(self.seat, self.year, 10)
        page, _response = self.change(plan=f"{self.template.id}-{self.year.id}")
        self.assertIsNone(self.get_part(page, "due"))
        self.assertBilled(page)

    def test_a_recurrence_without_a_price_is_not_offered(self):
        plan = f"{self.template.id}-{self.year.id}"
        page = self.open_change(plan=plan)
        self.assertIn("not offered", self.get_part(page, "error"))
        self.add_price(self.seat, self.month, 10)
        page = self.open_change(plan=plan)
        self.assertIn("not offered", self.get_part(page, "error"))
        self.add_price(self.seat, self.year, 110)
        self.change(addon=1)
        page = self.open_change(plan=plan)
        self.assertIn("not offered", self.get_part(page, "error"), "the add-on has none")
        self.add_price(self.backup, self.year, 55)
        page, _response = self.change(plan=plan)
        self.assertIn("per year", self.get_part(page, "periods"))

    def test_an_add_on_is_billed_as_often_as_it_has_a_price_for(self):
        self.add_price(self.seat, self.year, 110)
        page, _response = self.change(addon=1, plan=f"{self.template.id}-{self.year.id}")
        self.assertIn("Backup (1), $ 5.00 per month is added", self.get_part(page, "reasons"))

    def sell_by_the_year(self):
        """Return a contract of a year, whose add-on has a price for a month."""
        self.add_price(self.backup, self.month, 7)
        order = self.create_contract(self.line_values(self.seat, 3, recurrence_id=self.year.id))
        self.book_payment(self.bill(order, "2027-02-10"))
        return order

    def test_an_add_on_never_costs_the_price_of_another_period(self):
        order = self.sell_by_the_year()
        page, _response = self.change(order=order, addon=2)
        self.assertIn("Backup (2), $ 14.00 per month is added", self.get_part(page, "reasons"))
        line = order.order_line.filtered(lambda line: line.product_id == self.backup)
        self.assertEqual((line.recurrence_id, line.price_unit), (self.month, 7.0))

    def test_an_add_on_without_a_fitting_price_is_not_offered(self):
        order = self.sell_by_the_year()
        name = self.get_names(order)[1]
        page = self.open_change(order=order)
        self.assertTrue(page.xpath(f"//*[@name='{name}']"))
        self.backup.subscription_price_ids.date_end = "2027-02-09"
        page = self.open_change(order=order, addon=2)
        self.assertFalse(page.xpath(f"//*[@name='{name}']"))
        self.assertIn("not offered", self.get_part(page, "error"))

    def test_other_templates_are_those_that_the_template_names(self):
        other = self._create_template("Other terms", **self.free)
        plan = f"{other.id}-{self.month.id}"
        page = self.open_change(plan=plan)
        self.assertIn("not offered", self.get_part(page, "error"))
        self.template.switch_template_ids = other
        page, _response = self.change(plan=plan)
        self.assertIn("Test terms → Other terms", self.get_part(page, "reasons"))
        self.assertEqual(self.order.subscription_template_id, other)

    # ------------------------------------------------------------------
    # No longer true
    # ------------------------------------------------------------------

    def test_what_is_no_longer_true_is_shown_again(self):
        for spoil in (
            lambda: self.travel("2027-02-12"),
            lambda: setattr(self.order.order_line[:1], "price_unit", 11.0),
            lambda: setattr(self.tax, "amount", 10.0),
        ):
            page = self.open_change(quantity=5)
            spoil()
            response = self.submit(page)
            self.assertIn("Something has changed", response.text)
            again = html.fromstring(response.text)
            self.assertTrue(again.xpath("//form[@name='confirm']"))
            self.assertFalse(self.get_amendments())

    def test_pressed_twice_it_happens_once(self):
        for quantity, done in ((5, "is changed"), (2, "next period")):
            page = self.open_change(quantity=quantity)
            self.submit(page)
            count = len(self.get_amendments())
            response = self.submit(page)
            self.assertIn(done, response.text)
            self.assertEqual(len(self.get_amendments()), count)

    def test_what_is_wrong_stands_next_to_its_field(self):
        page = self.open_change(quantity="-3")
        (field,) = page.xpath("//input[@aria-invalid='true']")
        self.assertEqual(field.get("value"), "-3", "what was typed is kept")
        (text,) = page.xpath(f"//*[@id='{field.get('aria-describedby')}']")
        self.assertIn("Choose a quantity of Seat of 1 or more", self.get_text(text))
        self.assertFalse(self.open_change(quantity=4).xpath("//input[@aria-invalid]"))
        self.assertIn("Change your contract", page.findtext(".//title"))
