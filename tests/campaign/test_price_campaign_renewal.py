from datetime import date

from odoo.tests import tagged

from ..support.common_campaign import PriceCampaignCase


@tagged("post_install", "-at_install")
class TestPriceCampaignRenewal(PriceCampaignCase):
    """A price that begins after a quoted term reaches the renewal quotation of the contract."""

    def create_quoted(self, **terms):
        template = self._create_template(
            "Quoted", term_count=4, term_unit="month", end_action="quote", **terms
        )
        order = self.create_contract(
            self.line_values(self.seat, 3), template=template, day="2027-02-15"
        )
        self.bill(order)
        return order

    def get_offer(self, renewal):
        line = renewal.order_line
        return (line.product_uom_qty, line.price_unit)

    def test_renewal_that_is_made_later_offers_the_new_price(self):
        order = self.create_quoted()
        self.assertEqual(order.subscription_end_date, date(2027, 6, 15))
        for start in ("renewal", "period"):
            campaign = self.preview(order, start=start)
            self.assertEqual(campaign.line_ids.start_date, date(2027, 6, 15))
            self.assertAlmostEqual(campaign.mrr_effect, 3)
        self.apply(campaign)
        self.assertEqual(self.get_steps(order), [("2027-02-15", 3, 10, 0)])
        renewal = order._create_renewal_quotation()
        self.assertEqual(self.get_offer(renewal), (3, 11))
        renewal.action_confirm()
        for day in ("2027-03-15", "2027-04-15", "2027-05-15", "2027-06-15"):
            self.bill(order, day)
        self.assertAlmostEqual(self.bill(renewal, "2027-06-15").amount_untaxed, 33)
        self.assertLedgerWhole(order)

    def test_renewal_that_waits_is_brought_up_to_it_and_back(self):
        order = self.create_quoted()
        renewal = order._create_renewal_quotation()
        self.assertEqual(self.get_offer(renewal), (3, 10))
        campaign = self.preview(order)
        self.apply(campaign)
        self.assertEqual(self.get_offer(renewal), (3, 11))
        self.do(campaign, "action_undo")
        self.assertEqual(self.get_offer(renewal), (3, 10))
        self.assertEqual(campaign.line_ids.state, "undone")

    def test_price_that_begins_inside_the_next_term_waits_for_its_day(self):
        order = self.create_quoted()
        campaign = self.preview(order, effective_date=date(2027, 7, 1))
        self.assertEqual(campaign.line_ids.start_date, date(2027, 7, 15))
        self.apply(campaign)
        renewal = order._create_renewal_quotation()
        self.assertEqual(self.get_offer(renewal), (3, 10))
        renewal.action_confirm()
        self.assertEqual(
            self.get_steps(renewal), [("2027-06-15", 3, 10, 0), ("2027-07-15", 3, 11, 0)]
        )

    def test_contract_that_was_closed_or_goes_on_is_spared(self):
        order = self.create_quoted()
        order._subscription_close(order.subscription_end_date)
        self.assertFalse(self.preview(order, start="renewal").line_ids)
        order = self.create_quoted()
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        campaign = self.preview(order | renewal, start="period")
        self.assertEqual(campaign.line_ids.order_id, renewal)

    def test_renewal_at_list_prices_keeps_the_list_price(self):
        order = self.create_quoted(renewal_price="list")
        self.assertFalse(self.preview(order, start="renewal").line_ids)

    def test_price_that_a_renewal_was_agreed_at_is_not_taken_back(self):
        order = self.create_quoted()
        campaign = self.preview(order)
        self.apply(campaign)
        renewal = order._create_renewal_quotation()
        renewal.action_confirm()
        failed = self.do(campaign, "action_undo")["failed"]
        self.assertIn(renewal.name, failed[0]["reason"])
        self.assertEqual(self.get_offer(renewal), (3, 11))

    def test_price_inside_the_term_reaches_the_renewal_too(self):
        order = self.create_quoted()
        self.apply(self.preview(order, effective_date=date(2027, 4, 15)))
        self.assertEqual(
            self.get_steps(order), [("2027-02-15", 3, 10, 0), ("2027-04-15", 3, 11, 0)]
        )
        self.assertEqual(self.get_offer(order._create_renewal_quotation()), (3, 11))
