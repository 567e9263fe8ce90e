from datetime import date

from odoo.tests import tagged

from ..common import SubscriptionCommon

RATES = (
    ("2027-01-01", 2.0),
    ("2027-03-01", 4.0),
    ("2027-03-20", 8.0),
    ("2027-04-01", 5.0),
    ("2027-05-01", 10.0),
)
FIRSTS = [date(2027, month, 1) for month in range(2, 7)]


@tagged("post_install", "-at_install")
class TestMrrDrift(SubscriptionCommon):
    """A contract in another currency is worth what it costs at the rate of the month, later too."""

    def prepare_once(self):
        super().prepare_once()
        self.Event = self.env["subscription.mrr.event"]
        euro = self.env.ref("base.EUR") if self.currency.name != "EUR" else self.env.ref("base.USD")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": euro.id, "name": day, "rate": rate, "company_id": self.company.id}
                for day, rate in RATES
            ]
        )
        self.euro = euro
        self.company._keep_mrr_date(date(2027, 1, 1))
        pricelist = self.env["product.pricelist"].create({"name": "E", "currency_id": euro.id})
        self.order = self.create_contract(
            self.line_values(self.seat, 4, price_unit=10.0),
            day="2027-02-01",
            pricelist_id=pricelist.id,
        )
        for day in ("2027-03-01", "2027-03-10"):
            self.record(day)
        self.order._subscription_pause(date(2027, 3, 10), date(2027, 4, 10))
        for day in ("2027-04-01", "2027-04-10", "2027-05-01", "2027-05-20"):
            self.record(day)

    def record(self, day=None):
        """Let the transaction end, and the job run on a day."""
        if day:
            self.travel(day)
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_record_mrr").method_direct_trigger()

    def get_days(self):
        """Return what the order moved, corrections included: amount and value by day and kind."""
        found = {}
        for event in self.Event.search([("order_id", "=", self.order.id)]):
            sums = found.setdefault((event.effective_date, event.kind), [0.0, 0.0])
            sums[0] += event.amount
            sums[1] += event.company_amount
        rounded = {key: (round(a, 5), round(b, 5)) for key, (a, b) in found.items()}
        return {key: pair for key, pair in rounded.items() if any(pair)}

    def assertValued(self, until):
        """On the first of each month the order is worth its amount at the rate of that day."""
        days = self.get_days()
        for day in (*[first for first in FIRSTS if first <= until], until):
            amount = sum(pair[0] for (known, _kind), pair in days.items() if known <= day)
            value = sum(pair[1] for (known, _kind), pair in days.items() if known <= day)
            rate = max(pair for pair in RATES if pair[0] <= day.isoformat())[1]
            self.assertAlmostEqual(value, amount / rate, 4, f"on {day}")

    def test_each_month_is_told_at_its_rate(self):
        self.assertValued(date(2027, 5, 20))
        self.assertEqual(self.get_days()[date(2027, 3, 10), "pause"], (-40.0, -10.0))

    def test_a_change_of_the_past_is_told_at_the_rates_of_the_months_since(self):
        line = self.order.order_line
        self.order._subscription_change_line(line, date(2027, 2, 10), quantity=6)
        self.env.cr.flush()
        days = self.get_days()
        self.assertEqual(days[date(2027, 2, 10), "expansion"], (20.0, 10.0))
        self.assertEqual(days[date(2027, 3, 10), "pause"], (-60.0, -15.0))
        self.assertValued(date(2027, 5, 20))
        before = self.Event.search([])
        self.record("2027-05-21")
        self.assertEqual(self.Event.search([]), before)

    def test_another_way_to_count_and_back_is_as_before(self):
        before = self.get_days()
        for paused_counts in (True, False):
            wizard = self.env["subscription.mrr.policy.wizard"].create(
                {"paused_counts": paused_counts}
            )
            months = {line.date: line.after for line in wizard.line_ids}
            wizard.action_apply()
            self.record()
            self.assertValued(date(2027, 5, 20))
            for day, value in months.items():
                events = self.Event.search(
                    [("company_id", "=", self.company.id), ("effective_date", "<=", day)]
                )
                self.assertAlmostEqual(sum(events.mapped("company_amount")), value, 4, str(day))
        self.assertEqual(self.get_days(), before)
