from ast import literal_eval
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
        self.assertEqual(self.get_segments(order), [("2027-02-15", 3, 10, 0)])
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
            self.get_segments(renewal), [("2027-06-15", 3, 10, 0), ("2027-07-15", 3, 11, 0)]
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

    def test_notice_says_that_nobody_has_to_accept_the_renewal(self):
        campaign = self.preview(self.create_quoted())
        self.apply(campaign)
        text = campaign.line_ids._get_leave_text()
        self.assertIn("ends after 06/14/2027", text)
        self.assertIn("free to accept", text)

    def test_notice_says_what_a_period_of_the_renewal_costs_in_total(self):
        for effective in (date(2027, 6, 15), date(2027, 7, 1)):
            campaign = self.preview(self.create_quoted(), effective_date=effective)
            self.apply(campaign)
            self.assertEqual(
                campaign.line_ids._get_totals(),
                [{"per": "per month", "old": 36.0, "new": 39.6, "is_taxed": True}],
            )

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
            self.get_segments(order), [("2027-02-15", 3, 10, 0), ("2027-04-15", 3, 11, 0)]
        )
        self.assertEqual(self.get_offer(order._create_renewal_quotation()), (3, 11))


@tagged("post_install", "-at_install")
class TestPriceCampaignEnded(PriceCampaignCase):
    """Contracts that end before the new price take no part any more, and nobody writes to them."""

    def prepare_once(self):
        super().prepare_once()
        self.orders = self.env["sale.order"].union(
            *(self.create_contract(self.seat, day="2027-04-15") for _number in range(2))
        )
        for order in self.orders:
            self.bill(order)
        self.campaign = self.preview(self.orders)
        self.apply(self.campaign)

    def test_line_of_a_contract_that_was_closed_is_shown_as_ended_and_counts_for_nothing(self):
        self.assertEqual(self.campaign.line_ids.mapped("shown_state"), ["done", "done"])
        self.assertAlmostEqual(self.campaign.mrr_effect, 2)
        order = self.orders[0]
        order._subscription_close(date(2027, 5, 15))
        self.assertEqual(self.campaign.line_ids.mapped("shown_state"), ["ended", "done"])
        self.assertEqual((self.campaign.contract_count, self.campaign.untold_count), (1, 1))
        self.assertAlmostEqual(self.campaign.mrr_effect, 1)
        self.assertFalse(order.with_user(self.boss)._get_price_notice_lines())
        self.assertEqual(
            self.do(self.campaign, "action_send_notices")["done_ids"], self.orders[1].ids
        )
        order._subscription_keep()
        self.assertEqual(self.campaign.line_ids.mapped("shown_state"), ["done", "done"])

    def test_closing_after_the_new_price_began_leaves_the_line_as_it_is(self):
        for day in ("2027-05-15", "2027-06-15"):
            self.travel(day)
            for order in self.orders:
                self.bill(order)
        self.orders[0]._subscription_close(date(2027, 7, 15))
        self.assertEqual(self.campaign.line_ids.mapped("shown_state"), ["done", "done"])

    def test_filter_counts_the_contracts_that_run(self):
        quotation = self.create_order(self.seat)
        closed = self.orders[0]
        closed._subscription_close(date(2027, 4, 15))
        found = self.env["sale.order"].search(literal_eval(self.campaign.running_domain))
        self.assertIn(self.orders[1], found)
        self.assertFalse(found & (quotation | closed))
        chosen = self.orders | quotation
        campaign = self.create_campaign(chosen)
        self.assertEqual(
            self.env["sale.order"].search(campaign._get_contract_domain()), self.orders[1]
        )

    def test_notice_says_how_to_leave(self):
        lines = self.campaign.line_ids[:1]
        self.assertIn("before they hold", lines._get_leave_text())
        self.assertIn("04/14/2027", lines._get_leave_text())
        order = self.orders[0]
        order.subscription_commitment_end_date = date(2027, 9, 1)
        self.assertNotIn("before they hold", lines._get_leave_text())
        self.assertIn("08/31/2027 or later", lines._get_leave_text())
        self.do(self.campaign, "action_send_notices")
        mail = self.env["mail.mail"].sudo().search([("res_id", "=", order.id)], limit=1)
        self.assertIn("08/31/2027 or later", " ".join(mail.body_html.split()))
