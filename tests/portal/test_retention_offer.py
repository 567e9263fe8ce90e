from datetime import date

from lxml import html
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..support.common_portal import PortalCase


@tagged("post_install", "-at_install")
class TestRetentionOffer(PortalCase):
    """Whoever wants to leave is offered something, sees its money, and has it with one click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expensive = cls.env.ref("sale_recurring.close_reason_price")
        cls.unused = cls.env.ref("sale_recurring.close_reason_unused")
        cls.expensive.write({"offer_kind": "discount", "offer_discount": 20, "offer_count": 3})
        cls.unused.write({"offer_kind": "pause", "offer_count": 2, "offer_unit": "month"})

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")

    def open_close(self, reason, **params):
        return self.open(
            f"/my/orders/{self.order.id}/close",
            access_token=self.order._portal_ensure_token(),
            reason_id=reason.id,
            **params,
        )

    def get_totals(self, *days):
        """Return what the run bills on some days."""
        totals = []
        for day in days:
            self.travel(day)
            totals.append(self.bill(self.order, day).amount_total)
        return totals

    def get_discounts(self, order=None):
        steps = (order or self.order).order_line.segment_ids.sorted("start_date")
        return [(step.start_date, step.discount, step.discount_kind) for step in steps]

    def test_the_longer_wait_of_two_reasons_counts(self):
        self.expensive.offer_wait_months = 24
        self.unused.offer_wait_months = 1
        self.submit(self.open_close(self.expensive), "offer")
        self.travel("2027-04-10")
        self.assertIsNone(self.get_part(self.open_close(self.unused), "offer"))
        self.expensive.offer_wait_months = 2
        self.travel("2027-04-12")
        self.assertTrue(self.get_part(self.open_close(self.unused), "offer"))

    # ------------------------------------------------------------------
    # Discount
    # ------------------------------------------------------------------

    def test_a_discount_is_shown_with_its_money_and_kept_for_its_periods(self):
        page = self.open_close(self.expensive)
        offer = self.get_part(page, "offer")
        self.assertIn("Stay with us: 20 % off for 3 periods", offer)
        self.assertIn(
            "$ 28.80 per month in place of $ 36.00, from 02/28/2027 to 05/30/2027. Then it is as "
            "before.",
            offer,
        )
        self.assertIn("Your invoice of 02/28/2027: $ 28.80", offer)
        done = html.fromstring(self.submit(page, "offer").text)
        self.assertIn("Thank you for staying", self.get_part(done, "done"))
        self.assertFalse(self.order.subscription_end_date)
        self.assertEqual(
            self.get_discounts(),
            [
                (date(2027, 1, 31), 0, "permanent"),
                (date(2027, 2, 28), 20, "limited"),
                (date(2027, 5, 31), 0, "permanent"),
            ],
        )
        totals = self.get_totals("2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31")
        self.assertEqual(totals, [28.8, 28.8, 28.8, 36])

    def test_it_comes_on_top_of_a_discount_and_of_what_is_planned(self):
        self.order._subscription_change_line(
            self.order.order_line, date(2027, 2, 28), quantity=5, discount=12.5
        )
        self.order._subscription_change_line(
            self.order.order_line, date(2027, 3, 31), price_unit=20
        )
        page = self.open_close(self.expensive)
        self.submit(page, "offer")
        totals = self.get_totals("2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31")
        # 5 x 10 x 1.2 = 60, less 12.5 %, less 20 %; then 5 x 20
        self.assertEqual(totals, [42, 84, 84, 105])
        self.assertIn("$ 42.00 per month in place of $ 52.50", self.get_part(page, "offer"))

    def test_what_is_billed_in_arrears_is_cheaper_from_the_next_period_on(self):
        self.template.timing = "arrears"
        self.order = self.create_contract(
            self.line_values(self.seat, 3), subscription_start_date=date(2027, 2, 1)
        )
        page = self.open_close(self.expensive)
        self.assertIn("Your invoice of 04/01/2027: $ 28.80", self.get_part(page, "offer"))
        self.submit(page, "offer")
        self.assertEqual(self.get_totals("2027-03-01", "2027-04-01"), [36, 28.8])

    def test_a_trial_stays_free_and_the_discount_comes_after_it(self):
        self.template.write({"trial_count": 1, "trial_unit": "month"})
        self.order = self.create_contract(
            self.line_values(self.seat, 3), subscription_start_date=date(2027, 2, 10)
        )
        self.submit(self.open_close(self.expensive), "offer")
        self.assertEqual(
            self.get_discounts(),
            [
                (date(2027, 2, 10), 100, "trial"),
                (date(2027, 3, 10), 20, "limited"),
                (date(2027, 6, 10), 0, "permanent"),
            ],
        )

    # ------------------------------------------------------------------
    # Pause
    # ------------------------------------------------------------------

    def test_a_pause_is_longer_than_customers_may_ask_for(self):
        self.assertFalse(self.template.pause_max_days)
        page = self.open_close(self.unused)
        offer = self.get_part(page, "offer")
        self.assertIn("Stay with us: A pause of 2 months", offer)
        self.assertIn("from 02/10/2027 on and goes on by itself on 04/10/2027", offer)
        self.assertIn("23.15", offer)
        self.submit(page, "offer")
        gap = self.order.subscription_interruption_ids
        self.assertEqual((gap.start_date, gap.end_date), (date(2027, 2, 10), date(2027, 4, 10)))
        self.assertEqual(self.order.subscription_state, "paused")
        self.assertEqual(self.bill(self.order).amount_total, 23.15)

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def test_it_is_recorded_counted_and_told(self):
        self.submit(self.open_close(self.expensive), "offer")
        accepted = self.order.subscription_accepted_offer_ids
        self.assertRecordValues(
            accepted,
            [
                {
                    "reason_id": self.expensive.id,
                    "accepted_date": date(2027, 2, 10),
                    "kind": "discount",
                    "discount": 20,
                    "count": 3,
                    "start_date": date(2027, 2, 28),
                    "end_date": date(2027, 5, 31),
                }
            ],
        )
        self.assertEqual(self.expensive.accepted_offer_count, 1)
        found = self.env["subscription.accepted.offer"].search(
            self.expensive.action_view_accepted_offers()["domain"]
        )
        self.assertEqual(found, accepted)
        message = self.order.message_ids.filtered(lambda one: "took the offer" in one.body)
        self.assertIn("20 % off for 3 periods", message.body)
        text = self.get_text(html.fromstring(self.find_mails()[0].body_html))
        self.assertIn("Thank you for staying", text)
        self.assertIn("$ 28.80 per month in place of $ 36.00", text)
        self.assertIn("Renews on 02/28/2027 for $ 28.80.", text)

    def test_nobody_collects_one_offer_after_the_other(self):
        self.submit(self.open_close(self.expensive), "offer")
        for reason in (self.expensive, self.unused):
            self.assertIsNone(self.get_part(self.open_close(reason), "offer"))
        self.travel("2028-02-09")
        self.assertIsNone(self.get_part(self.open_close(self.unused), "offer"))
        self.travel("2028-02-10")
        self.assertTrue(self.get_part(self.open_close(self.unused), "offer"))
        self.unused.offer_wait_months = 0
        self.assertIsNone(self.get_part(self.open_close(self.unused), "offer"))

    def test_a_renewal_is_the_same_customer(self):
        self.submit(self.open_close(self.expensive), "offer")
        renewal = self.create_contract(
            self.line_values(self.seat, 3), subscription_start_date=date(2027, 2, 10)
        )
        renewal._as_system().subscription_origin_id = self.order
        self.order = renewal
        self.assertIsNone(self.get_part(self.open_close(self.unused), "offer"))

    def test_pressed_twice_it_is_had_once(self):
        page = self.open_close(self.expensive)
        self.submit(page, "offer")
        count, steps = len(self.order.message_ids), self.get_discounts()
        self.assertIn("Thank you for staying", self.submit(page, "offer").text)
        self.assertEqual(len(self.order.message_ids), count)
        self.assertEqual(self.get_discounts(), steps)
        self.assertEqual(self.expensive.accepted_offer_count, 1)

    def test_what_is_no_longer_true_is_not_had(self):
        page = self.open_close(self.expensive)
        self.order._subscription_change_line(self.order.order_line, date(2027, 2, 28), quantity=5)
        response = self.submit(page, "offer")
        self.assertIn("Something has changed", response.text)
        self.assertFalse(self.order.subscription_accepted_offer_ids)
        self.expensive.offer_kind = False
        self.assertIn("Something has changed", self.submit(page, "offer").text)

    def test_made_up_values_give_nothing(self):
        page = self.open_close(self.expensive)
        unpaid = self.env.ref("sale_recurring.close_reason_unpaid")
        unpaid.write({"offer_kind": "discount", "offer_discount": 90})
        other = self.env.ref("sale_recurring.close_reason_other")
        for values in (
            {"reason_id": str(unpaid.id)},
            {"reason_id": str(other.id)},
            {"reason_id": "x"},
            {"reason_id": "-1"},
            {"reason_id": "99999999999999999999"},
            {"total": "1"},
            {"total": "nan"},
            {"total": "x"},
            {"total": ""},
            {"csrf_token": "x"},
            {"access_token": "x"},
        ):
            response = self.submit(page, "offer", **values)
            self.assertLess(response.status_code, 500, values)
            self.order.invalidate_recordset()
            self.assertFalse(self.order.subscription_accepted_offer_ids, values)
            self.assertEqual(len(self.order.order_line.segment_ids), 1, values)

    def test_nothing_is_offered_where_nothing_would_be_saved(self):
        self.order.order_line.price_unit = 0
        self.assertIsNone(self.get_part(self.open_close(self.expensive), "offer"))
        self.template.customers_may_close = False
        response = self.url_open(
            f"/my/orders/{self.order.id}/offer",
            data={
                "access_token": self.order._portal_ensure_token(),
                "csrf_token": "x",
                "reason_id": self.unused.id,
                "total": "0",
            },
        )
        self.assertGreaterEqual(response.status_code, 400)

    def test_offers_are_sensible(self):
        for values in (
            {"offer_discount": 0},
            {"offer_discount": 101},
            {"offer_count": 0},
            {"offer_count": 61},
            {"offer_wait_months": -1},
            {"offer_kind": "pause", "offer_unit": False},
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.expensive.write(values)
