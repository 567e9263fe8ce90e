from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ...models.contract.change_text import ChangeText
from ..support.common_campaign import PriceCampaignCase


@tagged("post_install", "-at_install")
class TestPricesOfACampaign(PriceCampaignCase):
    """A campaign asks what a new quotation would ask, and a rise never lowers."""

    def fine(self, price):
        values = self.line_values(self.seat, 1, price_unit=price)
        return self.create_contract(values, day="2027-04-01")

    def create_pricelist(self, **rule):
        return self.env["product.pricelist"].create(
            {"name": "Partners", "item_ids": [Command.create(rule)] if rule else []}
        )

    def create_quotation(self, order, pricelist, day="2027-06-01"):
        """Return the line of a new quotation for the customer and product of a contract."""
        line = order.order_line
        quotation = self.create_order(
            self.line_values(line.product_id, line.product_uom_qty),
            pricelist_id=pricelist.id,
            fiscal_position_id=order.fiscal_position_id.id,
            date_order=f"{day} 12:00:00",
        )
        return quotation.order_line

    def preview_pricelist(self, order, pricelist):
        return self.preview(order, method="pricelist", pricelist_id=pricelist.id).line_ids

    def set_list_price(self, price):
        self.seat.list_price = price

    def test_rise_keeps_the_digits_that_a_small_price_needs(self):
        for price, expected in ((0.0123, 0.01353), (0.004, 0.0044)):
            line = self.preview(self.fine(price)).line_ids
            self.assertEqual(line.new_price, expected)
            self.assertIn("finer", line.warning)

    def test_preview_flags_prices_that_fall_or_become_free(self):
        line = self.preview(self.fine(10.0)).line_ids
        self.assertFalse(line.warning)
        line.new_price = 9.0
        self.assertIn("lower", line.warning)
        line.new_price = 0.0
        self.assertIn("free", line.warning)
        free = self.preview(self.fine(10.0), percentage=-50.0).line_ids
        self.assertFalse(free.warning)

    def test_rule_that_is_shown_as_a_discount_is_not_taken_off_twice(self):
        self.env.user.group_ids += self.env.ref("sale.group_discount_per_so_line")
        self.env.ref("base.group_user").implied_ids += self.env.ref(
            "sale.group_discount_per_so_line"
        )
        self.set_list_price(100.0)
        partners = self.create_pricelist(compute_price="percentage", percent_price=10.0)
        order = self.create_contract(
            self.line_values(self.seat, 1, price_unit=100.0, discount=10.0), day="2027-04-01"
        )
        undiscounted = self.create_contract(
            self.line_values(self.seat, 1, price_unit=100.0, discount=0.0), day="2027-04-01"
        )
        self.assertFalse(self.preview_pricelist(order, partners))
        self.assertEqual(self.preview_pricelist(undiscounted, partners).new_price, 90.0)
        self.set_list_price(110.0)
        line = self.preview_pricelist(order, partners)
        quoted = self.create_quotation(order, partners)
        self.assertEqual((quoted.price_unit, quoted.discount), (110.0, 10.0))
        self.assertEqual((line.new_price, line.new_mrr), (110.0, 99.0))
        self.assertEqual(self.preview_pricelist(undiscounted, partners).new_price, 99.0)

    def test_included_taxes_are_taken_out_for_who_pays_none(self):
        tax = self.env["account.tax"].create(
            {"name": "21 % incl.", "amount": 21.0, "price_include_override": "tax_included"}
        )
        exempt = self.env["account.tax"].create({"name": "Exempt", "amount": 0.0})
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        exempt.write({"fiscal_position_ids": abroad.ids, "original_tax_ids": tax.ids})
        self.seat.taxes_id = tax
        self.set_list_price(121.0)
        plain = self.create_pricelist()
        order = self.create_contract(
            self.line_values(self.seat, 1), day="2027-04-01", fiscal_position_id=abroad.id
        )
        self.assertEqual(order.order_line.price_unit, 100.0)
        self.assertFalse(self.preview_pricelist(order, plain))
        self.set_list_price(133.1)
        line = self.preview_pricelist(order, plain)
        self.assertEqual(line.new_price, 110.0)
        self.assertEqual(line.new_price, self.create_quotation(order, plain).price_unit)

    def test_price_of_a_pricelist_in_another_currency_is_converted(self):
        currency = self.env["res.currency"].create(
            {
                "name": "XXT",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2027-01-01", "rate": 2.0})],
            }
        )
        for rule, expected in (
            ({"compute_price": "fixed", "fixed_price": 30.0}, 15.0),
            ({"compute_price": "formula", "price_surcharge": 4.0}, 12.0),
            ({"compute_price": "percentage", "percent_price": 10.0}, 9.0),
        ):
            with self.subTest(**rule):
                abroad = self.create_pricelist(**rule)
                abroad.currency_id = currency
                order = self.create_contract(self.line_values(self.seat, 1), day="2027-04-01")
                self.assertEqual(self.preview_pricelist(order, abroad).new_price, expected)

    def test_price_of_a_pricelist_is_not_rounded_away(self):
        self.set_list_price(0.0123)
        line = self.preview_pricelist(self.fine(0.01), self.create_pricelist())
        self.assertEqual(line.new_price, 0.0123)

    def test_small_prices_read_with_all_their_digits(self):
        order = self.fine(0.0123)
        campaign = self.preview(order)
        campaign.line_ids.new_price = 0.0141
        self.assertIn("0.0123", campaign.line_ids._get_text())
        self.assertIn("0.0141", campaign.line_ids._get_text())
        self.apply(campaign)
        notes = "".join(order.message_ids.mapped("body"))
        self.assertIn("0.0141", notes)
        template = self.env.ref("sale_recurring.mail_template_price_notice")
        body = template._render_field("body_html", order.ids)[order.id]
        self.assertIn("0.0123", body)
        self.assertIn("0.0141", body)
        steps = order.order_line._get_engine_segments()
        texts = ChangeText(order).get_texts(order.order_line, *steps[:2])
        self.assertIn("0.0123", texts[0])
        self.assertIn("0.0141", texts[0])

    def test_part_of_a_period_names_its_small_price(self):
        values = self.line_values(self.seat, 1000, price_unit=0.0123)
        order = self.create_contract(values, day="2027-04-11")
        self.bill(order)
        order._subscription_change_line(order.order_line, date(2027, 4, 21), quantity=2000)
        documents = self.bill(order, "2027-04-21")
        self.assertIn("0.0123", "".join(documents.invoice_line_ids.mapped("name")))

    def test_price_of_money_reads_as_the_currency_writes_it(self):
        currency = self.env.company.currency_id
        self.assertEqual(currency._format_unit_price(10.0), currency.format(10.0))
        self.assertEqual(currency._format_unit_price(0.1 + 0.2), currency.format(0.3))
        self.assertIn("1,234.5678", currency._format_unit_price(1234.5678))
