from datetime import date

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..support.common_campaign import PriceCampaignCase


@tagged("post_install", "-at_install")
class TestDiscountsOfACampaign(PriceCampaignCase):
    """A campaign by pricelist replaces a discount that a pricelist gave, and keeps agreed ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids += cls.env.ref("sale.group_discount_per_so_line")
        cls.seat.list_price = 100.0
        cls.old = cls._create_pricelist(10.0)

    @classmethod
    def _create_pricelist(cls, percent=0):
        """Return a pricelist that shows a percentage as a discount, or asks the list price."""
        rule = {"compute_price": "percentage", "percent_price": percent}
        return cls.env["product.pricelist"].create(
            {"name": f"{percent} %", "item_ids": [Command.create(rule)] if percent else []}
        )

    def sell(self, **values):
        """Return a contract of 1 May at 100.00 less what the pricelist gives, billed."""
        order = self.create_contract(
            self.line_values(self.seat, 1, **values),
            day="2027-05-01",
            pricelist_id=self.old.id,
        )
        self.bill(order)
        self.seat.list_price = 110.0
        return order

    def quote(self, pricelist):
        """Return what a new quotation of the first day of the new prices asks."""
        quotation = self.create_order(
            self.line_values(self.seat, 1),
            pricelist_id=pricelist.id,
            date_order="2027-07-01 12:00:00",
        )
        return quotation.amount_untaxed

    def plan(self, order, pricelist):
        """Return an applied campaign that asks the prices of a pricelist from 1 July on."""
        campaign = self.preview(
            order, method="pricelist", pricelist_id=pricelist.id, effective_date=date(2027, 7, 1)
        )
        self.apply(campaign)
        return campaign

    def get_billed(self, order):
        return [self.bill(order, f"2027-0{month}-01").amount_untaxed for month in (6, 7, 8)]

    def test_discount_that_the_pricelist_gave_becomes_that_of_the_new_one(self):
        for percent, asked in ((0, 110.0), (20.0, 88.0), (10.0, 99.0)):
            with self.subTest(percent=percent):
                self.seat.list_price = 100.0
                order, pricelist = self.sell(), self._create_pricelist(percent)
                campaign = self.plan(order, pricelist)
                self.assertEqual(self.quote(pricelist), asked)
                self.assertEqual(campaign.line_ids.new_mrr, asked)
                self.assertEqual(self.get_billed(order), [90.0, asked, asked])

    def test_discount_changes_where_the_price_stays(self):
        order = self.sell()
        self.seat.list_price = 100.0
        line = self.plan(order, self._create_pricelist()).line_ids
        self.assertEqual((line.old_price, line.new_price), (100.0, 100.0))
        self.assertEqual((line.old_discount, line.new_discount), (10.0, 0.0))
        self.assertAlmostEqual(line.change, 11.11, 2)
        self.assertEqual(self.get_billed(order), [90.0, 100.0, 100.0])

    def test_lower_price_is_flagged_with_its_discount(self):
        order = self.sell()
        campaign = self.preview(
            order,
            method="pricelist",
            pricelist_id=self._create_pricelist(20.0).id,
            effective_date=date(2027, 7, 1),
        )
        self.assertIn("lower", campaign.line_ids.warning)

    def test_agreed_discount_stays(self):
        order = self.sell(discount=15.0)
        self.plan(order, self._create_pricelist(20.0))
        self.assertEqual(self.get_billed(order), [85.0, 93.5, 93.5])

    def test_discount_comes_back_with_the_price_that_is_taken_back(self):
        order = self.sell()
        before = self.get_segments(order)
        campaign = self.plan(order, self._create_pricelist(20.0))
        self.assertFalse(self.do(campaign, "action_undo")["failed"])
        self.assertEqual(self.get_segments(order), before)
        self.assertEqual(self.get_billed(order), [90.0, 90.0, 90.0])

    def test_customer_reads_price_and_discount(self):
        order = self.sell()
        campaign = self.plan(order, self._create_pricelist(20.0))
        self.do(campaign, "action_send_notices")
        mail = self.env["mail.mail"].sudo().search([("res_id", "=", order.id)], limit=1)
        text = " ".join(
            html2plaintext(mail.body_html).replace("\xa0", " ").replace("*", "").split()
        )
        self.assertIn("until now $ 100.00 less 10 %, new $ 110.00 less 20 %", text)
        self.assertIn("$ 108.00 with the prices until then, $ 105.60 with the new prices", text)

    def test_discount_of_the_campaign_ends_with_its_rule_at_the_next_list_prices(self):
        self.template.write(
            {"term_count": 5, "term_unit": "month", "end_action": "renew", "renewal_price": "list"}
        )
        order = self.sell()
        pricelist = self._create_pricelist(20.0)
        self.plan(order, pricelist)
        self.assertEqual(self.get_billed(order), [90.0, 88.0, 88.0])
        self.bill(order, "2027-09-01")
        self.old.item_ids.unlink()
        self.run_cron("2027-10-01")
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_untaxed, 110.0)

    def test_renewal_on_offer_is_asked_with_its_discount(self):
        self.template.write({"term_count": 2, "term_unit": "month", "end_action": "quote"})
        order = self.sell(discount=15.0)
        campaign = self.preview(
            order,
            method="pricelist",
            pricelist_id=self._create_pricelist(20.0).id,
            effective_date=date(2027, 7, 1),
            start="renewal",
        )
        self.assertEqual((campaign.line_ids.new_price, campaign.line_ids.new_mrr), (110.0, 93.5))
