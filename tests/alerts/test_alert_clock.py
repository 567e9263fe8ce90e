from datetime import datetime, time, timedelta

import pytz
from odoo.tests import tagged

from ..support.common_alert import AlertCommon

ZONES = ("Pacific/Auckland", "Pacific/Honolulu", "America/Sao_Paulo")


@tagged("post_install", "-at_install")
class TestAlertClock(AlertCommon):
    """What is due by the day is due at midnight of the company, wherever the server is."""

    def watch_at_midnight(self, day, zone, minutes=0):
        """Let the job run at midnight of a day in a time zone, or so many minutes later."""
        midnight = pytz.timezone(zone).localize(datetime.combine(day, time()))
        moment = midnight.astimezone(pytz.utc) + timedelta(minutes=minutes)
        self.watch(moment.date(), hour=moment.hour, minute=moment.minute)

    def assertRaisedAtMidnight(self, trigger, zone, prepare, **values):
        """A flag is not raised a minute before a day begins for the company, and once after."""
        self.company.subscription_tz = zone
        self.travel("2027-02-01")
        template, prepare_order, get_day = prepare
        order = self.create_contract(self.seat, template=template)
        prepare_order(order)
        alert = self.create_alert(
            trigger, contract_domain=str([("id", "=", order.id)]), days=5, **values
        )
        day = get_day(order)
        self.watch_at_midnight(day, zone, -1)
        self.assertEqual(self.get_log(alert), [])
        for _number in range(2):
            self.watch_at_midnight(day, zone)
            self.assertEqual(self.get_log(alert), [(order, "done")])
        self.watch_at_midnight(day + timedelta(days=1), zone)
        self.assertEqual(self.get_log(alert), [(order, "done")])

    def test_each_trigger_that_is_due_by_the_day(self):
        terms = self._create_template(
            "Term", term_count=1, term_unit="month", trial_count=10, trial_unit="day"
        )
        five = timedelta(days=5)
        token = self.create_token()
        token._as_system().subscription_expiry_date = "2027-02-20"
        cases = {
            "end": (
                None,
                lambda order: order.write({"subscription_last_date": "2027-02-20"}),
                lambda order: order.subscription_end_date - five,
            ),
            "renewal": (
                terms,
                lambda order: None,
                lambda order: order.subscription_term_end_date - five,
            ),
            "trial": (
                terms,
                lambda order: None,
                lambda order: order.subscription_start_date + five,
            ),
            "method": (
                None,
                lambda order: order.write({"subscription_payment_token_id": token.id}),
                lambda order: token.subscription_expiry_date - five,
            ),
            "silent": (
                None,
                lambda order: None,
                lambda order: order.subscription_start_date + five,
            ),
        }
        for zone in ZONES:
            for trigger, prepare in cases.items():
                with self.subTest(trigger=trigger, zone=zone):
                    self.assertRaisedAtMidnight(trigger, zone, prepare)

    def test_a_fall_counts_for_so_many_days_of_the_company(self):
        for zone in ZONES:
            with self.subTest(zone=zone):
                self.company.subscription_tz = zone
                self.travel("2027-02-01")
                order = self.create_contract(self.line_values(self.seat, 10))
                self.travel("2027-02-10")
                fallen = self.company._subscription_today()
                self.change_quantity(order, 5.0)
                values = {"contract_domain": str([("id", "=", order.id)]), "percent": 10.0}
                alert = self.create_alert("mrr", days=5, **values)
                self.watch_at_midnight(fallen + timedelta(days=5), zone)
                self.assertEqual(self.get_log(alert), [], "it is too long ago")
                late = self.create_alert("mrr", days=6, **values)
                self.watch()
                self.assertEqual(self.get_log(late), [(order, "done")])

    def test_a_limit_per_day_begins_anew_at_midnight_of_the_company(self):
        zone = "Pacific/Auckland"
        self.company.subscription_tz = zone
        self.travel("2027-02-01")
        orders = [self.create_contract(self.seat) for _number in range(2)]
        for order in orders:
            order.subscription_last_date = "2027-02-20"
        alert = self.create_alert("end", days=30, daily_limit=1)
        day = self.company._subscription_today()
        self.watch()
        self.watch_at_midnight(day + timedelta(days=1), zone, -1)
        self.assertEqual(len(self.get_log(alert)), 1)
        self.watch_at_midnight(day + timedelta(days=1), zone)
        self.assertEqual(len(self.get_log(alert)), 2)
