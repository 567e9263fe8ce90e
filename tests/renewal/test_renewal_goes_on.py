from datetime import date

from odoo.tests import tagged

from ..support.common_operator import EndingCase


@tagged("post_install", "-at_install")
class TestRenewalGoesOn(EndingCase):
    """What a chain of contracts promises and is worth does not jump where a renewal begins."""

    def create_quoted(self, line=None, **terms):
        terms = {"term_count": 3, "end_action": "quote", **terms}
        template = self._create_template("Quoted", **terms)
        return self.create_own_contract(
            line or self.seat, day="2027-01-31", template=template
        ).sudo()

    def test_paper_of_a_renewal_does_not_promise_the_commitment_anew(self):
        order = self.create_quoted(commitment_count=6, commitment_unit="month")
        renewal = order._create_renewal_quotation()
        text = renewal.subscription_agreement_text
        self.assertNotIn("at least for", text)
        self.assertIn("Runs at least until 07/30/2027.", text)
        self.assertEqual(renewal.subscription_commitment_hint, "07/30/2027")
        renewal.action_confirm()
        self.assertEqual(renewal.subscription_commitment_last_date, date(2027, 7, 30))

    def test_commitment_that_is_over_is_not_told_on_the_paper_of_a_renewal(self):
        order = self.create_quoted(commitment_count=1, commitment_unit="month")
        renewal = order._create_renewal_quotation()
        self.assertNotIn("at least", renewal.subscription_agreement_text)
        self.assertEqual(renewal.subscription_commitment_hint, "None")
        other = self.create_order(self.seat, template=order.subscription_template_id)
        self.assertIn("Runs at least for 1 month.", other.subscription_agreement_text)
        self.assertEqual(other.subscription_commitment_hint, "1 month")

    def test_renewal_inside_a_whole_period_is_worth_what_the_contract_was(self):
        line = self.line_values(self.seat, 12, recurrence_id=self.year.id)
        order = self.create_quoted(line, term_count=8, convention="none")
        self.assertAlmostEqual(order.subscription_mrr, 10)
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertEqual(renewal.order_line.segment_ids.start_date, date(2028, 1, 31))
        self.assertAlmostEqual(renewal.subscription_mrr, 10)
        for day in ("2027-09-29", "2027-09-30", "2028-01-30", "2028-01-31", "2028-02-28"):
            with self.subTest(day):
                self.travel(day)
                for contract in (order, renewal):
                    self.bill(contract, day)
                values = {contract.subscription_state: contract for contract in (order, renewal)}
                running = values["active"]
                self.assertEqual(running, order if day == "2027-09-29" else renewal)
                self.assertAlmostEqual(running.subscription_mrr, 10)
                self.assertEqual(running.subscription_period_totals[0]["untaxed"], 120)
        self.assertAlmostEqual(sum(renewal.invoice_ids.mapped("amount_untaxed")), 120)

    def test_renewal_that_ends_inside_the_whole_period_is_worth_as_much(self):
        line = self.line_values(self.seat, 12, recurrence_id=self.year.id)
        order = self.create_quoted(line, convention="none")
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        self.assertFalse(renewal.order_line.segment_ids)
        self.travel("2027-05-05")
        self.bill(order)
        self.assertEqual(order.subscription_mrr, 0)
        self.assertAlmostEqual(renewal.subscription_mrr, 10)
