from datetime import date

from odoo.tests import tagged

from ..support.common_operator import EndingCase


@tagged("post_install", "-at_install")
class TestRenewalPause(EndingCase):
    """A pause that is not over when the renewal begins."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_template("Quoted", term_count=3, end_action="quote")

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_own_contract(
            self.seat, day="2027-01-31", template=self.terms
        ).sudo()
        for day in ("2027-02-28", "2027-03-31"):
            self.bill(self.order, day)
        self.travel("2027-04-05")

    def renew(self):
        renewal = self.order._create_renewal_quotation()
        renewal.action_confirm()
        return renewal

    def test_its_days_are_not_billed_in_the_renewal_either(self):
        self.order._subscription_pause(date(2027, 4, 10), date(2027, 5, 15), "Away")
        renewal = self.order._create_renewal_quotation()
        self.assertEqual(renewal.amount_untaxed, 0.0)
        renewal.action_confirm()
        gap = renewal.subscription_interruption_ids
        self.assertEqual((gap.start_date, gap.end_date), (date(2027, 4, 30), date(2027, 5, 15)))
        self.assertIn("Handed over", self.get_last_note(renewal))
        self.run_cron("2027-04-30")
        self.assertEqual(renewal.subscription_state, "paused")
        self.run_cron("2027-05-15")
        self.assertEqual(renewal.subscription_state, "active")
        self.assertEqual(self.get_table(renewal), [("2027-05-15", "2027-05-30", 1, 5.16)])
        self.assertBillsNothing(self.order | renewal)
        self.assertNothingFound(self.order | renewal)

    def test_an_early_return_reaches_the_renewal(self):
        renewal = self.renew()
        self.order._subscription_pause(date(2027, 4, 10), None, "Away")
        self.assertEqual(renewal.subscription_interruption_ids.start_date, date(2027, 4, 30))
        self.travel("2027-04-20")
        self.order._subscription_resume(date(2027, 4, 20))
        self.assertFalse(renewal.subscription_interruption_ids)
        self.run_cron("2027-04-30")
        self.assertEqual(self.get_table(renewal), [("2027-04-30", "2027-05-30", 1, 10)])

    def test_a_pause_that_is_over_by_then_stays_behind(self):
        self.order._subscription_pause(date(2027, 4, 10), date(2027, 4, 20))
        renewal = self.renew()
        self.assertFalse(renewal.subscription_interruption_ids)
        self.assertEqual(renewal.subscription_state, "upcoming")

    def test_periods_begin_anew_on_the_return(self):
        self.order._subscription_pause(date(2027, 4, 10), date(2027, 5, 15), anchor_rule="restart")
        renewal = self.renew()
        self.run_cron("2027-05-15")
        self.assertEqual(self.get_table(renewal), [("2027-05-15", "2027-06-14", 1, 10)])
        self.assertNothingFound(self.order | renewal)
