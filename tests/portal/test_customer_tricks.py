from datetime import date, timedelta

from odoo.tests import tagged

from ...models.portal.customer_notice import CustomerNotice
from ..support.common_change import ChangeCase


@tagged("post_install", "-at_install")
class TestTakenBack(ChangeCase):
    """Taking a change back undoes what the customer chose, and nothing that others planned."""

    def take_back(self, order=None):
        page = self.open_contract(order or self.order)
        self.submit(page, name="revoke")
        self.env.invalidate_all()

    def get_revoke_forms(self):
        return self.open_contract(self.order).xpath("//form[@name='revoke']")

    def test_a_price_rise_of_the_same_day_stays(self):
        line = self.order.order_line
        self.order._subscription_change_line(line, date(2027, 2, 28), price_unit=15)
        self.change(quantity=1)
        self.take_back()
        self.assertFalse(self.get_revoke_forms())
        # 3 x 15.00, and taxes
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 54)
        self.assertLedgerWhole(self.order)

    def test_a_discount_that_ends_on_the_same_day_ends(self):
        line = self.order.order_line
        self.order._subscription_change_line(
            line, date(2027, 2, 28), until=date(2027, 3, 31), discount=50
        )
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 18)
        self.travel("2027-03-10")
        self.change(quantity=1)
        self.take_back()
        self.assertEqual(self.bill(self.order, "2027-03-31").amount_total, 36)

    def test_a_quantity_of_a_later_day_stays(self):
        line = self.order.order_line
        self.order._subscription_change_line(line, date(2027, 2, 28), quantity=20)
        self.change(quantity=2)
        self.take_back()
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 240)

    def test_the_last_one_first(self):
        self.change(quantity=2)
        self.change(quantity=1)
        self.assertEqual(len(self.get_revoke_forms()), 1)
        self.take_back()
        self.assertEqual(self.order.subscription_planned_ids.quantity, 2)
        self.take_back()
        self.assertFalse(self.order.subscription_planned_ids)
        self.assertFalse(self.get_revoke_forms())

    def test_an_add_on_that_ends_a_discount_cannot_come_back(self):
        self.change(addon=2)
        line = self.order.order_line.filtered(lambda line: line.product_id == self.backup)
        self.bill(self.order)
        self.order._subscription_change_line(
            line, date(2027, 2, 28), until=date(2027, 5, 31), discount=100
        )
        self.bill(self.order, "2027-02-28")
        self.travel("2027-03-10")
        page, response = self.change(**{f"quantity-line-{line.id}": 0})
        self.assertNotIn("you can take this back", page.text_content())
        self.assertIn("with the next period", response.text)
        self.assertFalse(self.get_revoke_forms())
        self.assertIn("with the next period", self.submit(page).text, "pressed twice")

    def test_a_switch_that_ends_a_price_rise_cannot_be_taken_back(self):
        self.add_price(self.seat, self.year, 10)
        self.order._subscription_change_line(
            self.order.order_line, date(2027, 3, 31), price_unit=15
        )
        self.change(plan=f"{self.template.id}-{self.year.id}")
        self.assertTrue(self.order.subscription_planned_ids)
        self.assertFalse(self.get_revoke_forms())

    def test_a_switch_is_taken_back_as_long_as_nothing_else_was_planned(self):
        self.add_price(self.seat, self.year, 10)
        self.change(plan=f"{self.template.id}-{self.year.id}")
        self.assertTrue(self.get_revoke_forms())
        new = self.order.order_line.filtered(lambda line: line.recurrence_id == self.year)
        self.order._subscription_change_line(new, date(2027, 2, 28), price_unit=150)
        self.assertFalse(self.get_revoke_forms())
        self.order._subscription_change_line(new, date(2027, 2, 28), price_unit=10)
        self.take_back()
        self.assertEqual(self.bill(self.order, "2027-02-28").amount_total, 36)


@tagged("post_install", "-at_install")
class TestCustomerTricks(ChangeCase):
    """What a contract is worth in the end counts, and prices of months are no prices of years."""

    def test_a_discount_of_today_hides_nothing(self):
        self.template.customer_control = "upgrade"
        self.order._subscription_change_line(
            self.order.order_line, date(2027, 2, 10), until=date(2027, 3, 31), discount=100
        )
        page = self.open_change(quantity=1)
        self.assertIn("you can only add", self.get_part(page, "refused"))
        page, _response = self.change(quantity=4)
        self.assertEqual(self.order.order_line.product_uom_qty, 4)

    def test_nor_does_a_line_that_is_still_to_begin(self):
        amendment = self.order._create_amendment(
            subscription_effective_mode="date", subscription_effective_date=date(2027, 3, 31)
        )
        amendment.order_line = [
            (0, 0, {"product_id": self.hosting.id, "product_uom_qty": 9, "price_unit": 7})
        ]
        amendment.action_confirm()
        line = self.order.order_line.filtered(lambda line: line.product_id == self.hosting)
        self.template.customer_control = "upgrade"
        page = self.open_change(**{f"quantity-line-{line.id}": 1})
        self.assertIn("you can only add", self.get_part(page, "refused"))

    def test_an_agreed_price_of_a_month_is_none_of_a_year(self):
        for recurrence, price in ((self.month, 10), (self.year, 100)):
            self.env["subscription.price"].create(
                {
                    "product_tmpl_id": self.seat.product_tmpl_id.id,
                    "recurrence_id": recurrence.id,
                    "price": price,
                }
            )
        self.order = self.create_contract(self.line_values(self.seat, 3, price_unit=8.0))
        self.bill(self.order)
        page, _response = self.change(quantity=4, plan=f"{self.template.id}-{self.year.id}")
        # 4 x 100.00, and taxes
        self.assertIn("per year $ 480.00", self.get_part(page, "periods"))
        new = self.order.order_line.filtered(lambda line: line.recurrence_id == self.year)
        self.assertEqual((new.product_uom_qty, new.price_unit), (4, 100))


@tagged("post_install", "-at_install")
class TestChosenPaper(ChangeCase):
    """The paper of a change that waits for its payment says what was chosen, on every route."""

    def setUp(self):
        super().setUp()
        self.template.write({"customer_control": "upgrade", "customers_may_change_quantity": False})
        self.order = self.create_contract(
            {"display_type": "line_section", "name": "Options", "is_optional": True, "sequence": 1},
            {**self.line_values(self.seat, 3), "sequence": 2},
            require_payment=True,
        )
        self.book_payment(self.bill(self.order))
        self.change(addon=2)
        self.paper = self.get_amendments()

    def test_an_option_of_the_contract_is_none_of_the_change(self):
        self.assertEqual(self.paper.state, "sent")
        seats = self.paper.order_line.filtered(lambda line: line.product_id == self.seat)
        self.assertTrue(seats._is_line_optional())
        self.make_jsonrpc_request(
            f"/my/orders/{self.paper.id}/update_line_dict",
            {
                "line_id": seats.id,
                "access_token": self.paper._portal_ensure_token(),
                "input_quantity": 0,
            },
        )
        self.env.invalidate_all()
        self.assertEqual(seats.product_uom_qty, 3)


@tagged("post_install", "-at_install")
class TestMailedActs(ChangeCase):
    """Whoever has a link cannot fill the boxes of those whom acts are told."""

    def test_no_more_than_ten_mails_leave_within_a_day(self):
        self.order.user_id = self.env.ref("base.user_admin")
        notice = CustomerNotice(self.order.sudo())
        for _number in range(15):
            notice.tell_staff(lambda env: "Something was done.")
            notice.tell_customer(["Something was done."])
        outgoing = self.order.message_ids.filtered(
            lambda message: message.message_type == "email_outgoing"
        )
        self.assertEqual(len(outgoing), 10)
        notes = self.order.message_ids.filtered(lambda one: "Something" in (one.body or ""))
        told = notes.filtered(lambda note: note.partner_ids and note not in outgoing)
        self.assertLessEqual(len(told), 11)
        self.assertEqual(len(notes - outgoing), 15, "what was done stands on the contract")
        self.travel(self.order._subscription_today() + timedelta(days=2))
        notice.tell_staff(lambda env: "Something was done.")
        notice.tell_customer(["Something was done."])
        self.assertEqual(
            len(
                self.order.message_ids.filtered(
                    lambda message: message.message_type == "email_outgoing"
                )
            ),
            11,
        )
