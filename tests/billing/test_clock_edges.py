from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.tests import tagged

from ..common import SubscriptionCommon

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
# Its clock jumps from 24:00 to 01:00 on 5 September 2027: that day has no midnight.
SANTIAGO = "America/Santiago"


@tagged("post_install", "-at_install")
class TestClockEdges(SubscriptionCommon):
    """Runs around midnight and around the days on which clocks change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day = cls.env["subscription.recurrence"].create(
            {"name": "Each day", "unit": "day", "count": 1}
        )
        cls.daily = cls._create_template(
            "Daily", recurrence_id=cls.day.id, recurrence_ids=[(6, 0, cls.day.ids)]
        )

    def go(self, zone, text):
        """Move the clock to a moment of a time zone, minutes as 'YYYY-MM-DD HH:MM'."""
        local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
        moment = local.astimezone(UTC)
        self.travel(moment.date(), hour=moment.hour, minute=moment.minute)

    def start(self, zone, first, **values):
        """Confirm a contract a day before its first day of service."""
        self.company.subscription_tz = zone
        self.go(zone, f"{date.fromisoformat(first) - timedelta(days=1)} 12:00")
        return self.create_contract(
            self.line_values(self.seat, **values.pop("line", {})),
            subscription_start_date=date.fromisoformat(first),
            **values,
        )

    def test_a_minute_before_and_after_midnight(self):
        for zone in (BERLIN, NEW_YORK, SANTIAGO):
            order = self.start(zone, "2027-05-10")
            self.go(zone, "2027-05-09 23:59")
            self.run_cron()
            self.assertFalse(order.invoice_ids, zone)
            self.assertEqual(order.subscription_state, "upcoming")
            self.go(zone, "2027-05-10 00:01")
            self.run_cron()
            self.assertEqual(order.invoice_ids.invoice_date, date(2027, 5, 10), zone)
            self.assertEqual(order.subscription_state, "active")
            self.go(zone, "2027-05-10 23:59")
            self.run_cron()
            self.assertEqual(len(order.invoice_ids), 1, zone)

    def test_each_day_is_billed_once_while_clocks_change(self):
        for zone, first in (
            (BERLIN, "2027-03-27"),  # 28 March has 23 hours
            (BERLIN, "2027-10-30"),  # 31 October has 25
            (NEW_YORK, "2027-03-13"),
            (NEW_YORK, "2027-11-06"),
            (SANTIAGO, "2027-09-04"),
        ):
            with self.subTest(zone=zone, first=first):
                self.check_four_days(zone, first)

    def check_four_days(self, zone, first):
        order = self.start(zone, first, template=self.daily, line={"recurrence_id": self.day.id})
        days = [date.fromisoformat(first) + timedelta(days=n) for n in range(4)]
        for day in days:
            for time in ("00:01", "01:30", "02:30", "23:59"):
                self.go(zone, f"{day} {time}")
                self.run_cron()
            self.assertEqual(len(order.invoice_ids), days.index(day) + 1)
        self.assertEqual(
            [row[:2] for row in self.get_table(order)],
            [(day.isoformat(), day.isoformat()) for day in days],
        )
        self.assertEqual(order.invoice_ids.sorted("id").mapped("invoice_date"), days)

    def test_change_a_minute_before_midnight_counts_from_that_day(self):
        order = self.start(BERLIN, "2027-03-01")
        self.go(BERLIN, "2027-03-01 08:00")
        self.run_cron()
        self.go(BERLIN, "2027-03-28 23:59")
        order.order_line.product_uom_qty = 2
        self.run_cron()
        self.assertEqual(
            self.get_table(order)[-1], ("2027-03-28", "2027-03-31", 1, round(10 * 4 / 31, 2))
        )
        self.assertEqual(order.invoice_ids.sorted("id")[-1].invoice_date, date(2027, 3, 28))

    def test_period_counts_days_whatever_their_hours(self):
        order = self.start(BERLIN, "2027-03-28")
        self.go(BERLIN, "2027-03-28 00:01")
        self.run_cron()
        self.go(BERLIN, "2027-04-28 00:01")
        self.run_cron()
        self.assertEqual(
            self.get_table(order),
            [("2027-03-28", "2027-04-27", 1, 10), ("2027-04-28", "2027-05-27", 1, 10)],
        )
