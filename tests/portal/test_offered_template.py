from datetime import date

from lxml import html
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_portal import PortalCase


@tagged("post_install", "-at_install")
class TestOfferedTemplate(PortalCase):
    """Whoever wants to leave is offered other terms, sees what they cost, and has them at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.month, cls.year = (
            cls.env.ref(f"sale_recurring.recurrence_{name}") for name in ("month", "year")
        )
        cls.price = cls.set_price(cls.seat, cls.year, 96.0)
        cls.yearly = cls.env["subscription.template"].create(
            {"name": "Yearly Plan", "recurrence_id": cls.year.id}
        )
        cls.expensive = cls.env.ref("sale_recurring.close_reason_price")
        cls.expensive.write({"offer_kind": "template", "offer_template_id": cls.yearly.id})

    @classmethod
    def set_price(cls, product, recurrence, price):
        return cls.env["subscription.price"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "recurrence_id": recurrence.id,
                "price": price,
            }
        )

    def prepare_once(self):
        super().prepare_once()
        self.template.customer_control = "restricted"  # what staff offer may be had all the same
        self.order = self.create_contract(
            {**self.line_values(self.seat, 3), "recurrence_id": self.month.id}
        )
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")

    def open_close(self, reason=None):
        return self.open(
            f"/my/orders/{self.order.id}/close",
            access_token=self.order._portal_ensure_token(),
            reason_id=(reason or self.expensive).id,
        )

    def test_it_is_shown_with_its_money_and_billed_like_that(self):
        page = self.open_close()
        offer = self.get_part(page, "offer")
        self.assertIn("Stay with us: Switch to Yearly Plan", offer)
        self.assertIn("Seat", self.get_part(page, "reasons"))
        # 3 x 96.00 and taxes
        self.assertIn("per year $ 345.60", self.get_part(page, "periods"))
        shown = self.get_part(page, "next")
        done = html.fromstring(self.submit(page, "offer").text)
        self.assertIn("Thank you for staying", self.get_part(done, "done"))
        self.assertFalse(self.order.subscription_end_date)
        self.assertEqual(self.order.subscription_template_id, self.yearly)
        day = self.order.subscription_next_invoice_date
        self.bill(self.order)
        later = self.bill(self.order, max(day, self.order.subscription_next_invoice_date))
        self.assertEqual(shown, f"$ {sum(later.mapped('amount_total_signed')):.2f}")
        self.assertLedgerWhole(self.order)
        kept = self.order.order_line.filtered(lambda line: line.recurrence_id == self.year)
        self.assertEqual(kept.product_uom_qty, 3)

    def test_it_is_recorded_counted_and_told_once(self):
        page = self.open_close()
        self.submit(page, "offer")
        self.assertRecordValues(
            self.order.subscription_accepted_offer_ids,
            [
                {
                    "reason_id": self.expensive.id,
                    "accepted_date": date(2027, 2, 10),
                    "kind": "template",
                    "template_id": self.yearly.id,
                }
            ],
        )
        notes = self.order.message_ids.filtered(lambda one: "took the offer" in one.body)
        self.assertIn("Switch to Yearly Plan", notes.body)
        text = self.get_text(html.fromstring(self.find_mails()[0].body_html))
        self.assertIn("changed this contract online", text)
        count = len(self.order.message_ids)
        self.assertIn("Thank you for staying", self.submit(page, "offer").text)
        self.assertEqual(len(self.order.message_ids), count)
        self.assertEqual(self.expensive.accepted_offer_count, 1)
        self.assertIsNone(self.get_part(self.open_close(), "offer"))

    def test_what_is_billed_as_often_as_before_keeps_its_price(self):
        self.yearly.recurrence_ids = [Command.link(self.month.id)]
        page = self.open_close()
        self.assertIn("per month $ 36.00", self.get_part(page, "periods"))
        self.submit(page, "offer")
        self.assertEqual(self.order.subscription_template_id, self.yearly)
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 36)

    def test_it_is_paid_first_where_the_terms_charge(self):
        self.order.require_payment = True
        self.price.price = 150.0  # more each month: it holds at once
        page = self.open_close()
        due = self.get_part(page, "due")
        self.assertTrue(due, "the rest of the month is given back, a year is due")
        self.assertIn("go on to the payment", self.get_part(page, "offer"))
        response = self.submit(page, "offer")
        self.assertIn("/change/pay", response.url)
        paying = html.fromstring(response.text)
        self.assertEqual(self.get_part(paying, "due"), due)
        self.assertFalse(self.order.subscription_accepted_offer_ids, "nothing is accepted yet")
        self.assertIn("/change/pay", self.submit(page, "offer").url)
        amendment = self.order.subscription_amendment_ids
        self.assertEqual(len(amendment), 1)
        amendment.action_confirm()
        self.assertEqual(self.order.subscription_accepted_offer_ids.reason_id, self.expensive)
        self.assertEqual(self.order.subscription_template_id, self.yearly)

    def test_it_is_not_offered_where_it_makes_no_sense(self):
        self.yearly.active = False
        self.assertIsNone(self.get_part(self.open_close(), "offer"))
        self.yearly.active = True
        self.expensive.offer_template_id = self.order._get_subscription_template()
        self.assertIsNone(self.get_part(self.open_close(), "offer"))

    def test_what_is_no_longer_true_is_shown_again(self):
        page = self.open_close()
        self.order._subscription_change_line(self.order.order_line, date(2027, 2, 10), quantity=5)
        response = self.submit(page, "offer")
        self.assertIn("Something has changed", response.text)
        again = html.fromstring(response.text)
        self.assertIn("per year $ 576.00", self.get_part(again, "periods"))
        for shown in ("", "x", "1/2/3"):
            self.submit(again, "offer", shown=shown)
            self.assertFalse(self.order.subscription_amendment_ids, shown)

    def test_staff_choose_which(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.expensive.offer_template_id = False
