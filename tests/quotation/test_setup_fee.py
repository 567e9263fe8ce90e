from odoo.fields import Command
from odoo.tests import Form, tagged

from ..support.common_start import StartCase


@tagged("post_install", "-at_install")
class TestSetupFee(StartCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.with_fee = cls._create_template("Fee", setup_product_id=cls.setup_service.id)

    def get_fees(self, order):
        return order.order_line.filtered("is_setup_fee").mapped("price_unit")

    def test_set_up_fee_is_offered_and_billed_once(self):
        order = self.quote(self.seat, template=self.with_fee)
        self.assertEqual(self.get_fees(order), [250.0])
        self.assertEqual(order.amount_untaxed, 260.0)
        order = self.confirm(order)
        self.assertEqual(self.bill(order).amount_untaxed, 260.0)
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 10.0)

    def test_own_price_of_the_terms_counts(self):
        self.with_fee.setup_price = 99.0
        self.assertEqual(self.get_fees(self.quote(self.seat, template=self.with_fee)), [99.0])
        self.assertIn("Set-up is sold once", self.with_fee.summary)

    def test_price_is_converted_to_the_currency_of_the_order(self):
        self.with_fee.setup_price = 100.0
        currency = self.env["res.currency"].create(
            {
                "name": "XXT",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2027-01-01", "rate": 2.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create({"name": "T", "currency_id": currency.id})
        order = self.quote(self.seat, template=self.with_fee, pricelist_id=pricelist.id)
        self.assertEqual(self.get_fees(order), [200.0])

    def test_own_price_stays_with_quantity_and_prices_that_are_asked_anew(self):
        self.with_fee.setup_price = 99.0
        order = self.quote(self.seat, template=self.with_fee)
        fee = order.order_line.filtered("is_setup_fee")
        fee.product_uom_qty = 2
        self.assertEqual(fee.price_unit, 99.0)
        order.action_update_prices()
        self.assertEqual(fee.price_unit, 99.0)
        fee.price_unit = 80.0
        fee.product_uom_qty = 3
        self.assertEqual(fee.price_unit, 80.0, "what was typed stays")

    def test_included_taxes_are_taken_out_for_who_pays_none(self):
        included = self._create_tax(21, price_include_override="tax_included")
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        exempt = self._create_tax(0)
        exempt.write({"fiscal_position_ids": abroad.ids, "original_tax_ids": included.ids})
        self.setup_service.write({"list_price": 242.0, "taxes_id": included.ids})
        for price, expected in ((0.0, 200.0), (121.0, 100.0)):
            self.with_fee.setup_price = price
            order = self.quote(self.seat, template=self.with_fee, fiscal_position_id=abroad.id)
            self.assertEqual(self.get_fees(order), [expected])
            order.subscription_template_id = self.template
            order.subscription_template_id = self.with_fee
            self.assertEqual(self.get_fees(order), [expected])

    def test_renewals_amendments_and_plain_orders_have_none(self):
        for kind in ("renewal", "amendment"):
            order = self.quote(self.seat, template=self.with_fee, subscription_order_type=kind)
            self.assertFalse(self.get_fees(order))
        order = self.quote(self.setup_service, template=self.with_fee)
        self.assertFalse(self.get_fees(order))

    def test_fee_follows_the_terms(self):
        order = self.quote(self.seat)
        self.assertFalse(self.get_fees(order))
        order.subscription_template_id = self.with_fee
        self.assertEqual(self.get_fees(order), [250.0])
        order.subscription_template_id = self._create_template(
            "Dear", setup_product_id=self.setup_service.id, setup_price=400
        )
        self.assertEqual(self.get_fees(order), [400.0])
        order.subscription_template_id = self.template
        self.assertFalse(self.get_fees(order))

    def test_fee_that_somebody_took_away_stays_away(self):
        order = self.quote(self.seat, template=self.with_fee)
        order.order_line.filtered("is_setup_fee").unlink()
        order.order_line = [Command.create({"product_id": self.hosting.id})]
        self.assertFalse(self.get_fees(order))

    def test_fee_comes_with_the_first_recurring_line(self):
        order = self.quote(self.setup_service, template=self.with_fee)
        self.env["sale.order.line"].create({"order_id": order.id, "product_id": self.seat.id})
        self.assertEqual(self.get_fees(order), [250.0])

    def test_quotation_template_goes_before_the_terms(self):
        offer = self.env["sale.order.template"].create(
            {"name": "Offer", "setup_product_id": self.setup_service.id, "setup_price": 50}
        )
        order = self.quote(self.seat, template=self.with_fee, sale_order_template_id=offer.id)
        self.assertEqual(self.get_fees(order), [50.0])

    def fill_in_quotation(self):
        form = Form(self.env["sale.order"])
        form.partner_id = self.partner
        with form.order_line.new() as line:
            line.product_id = self.seat
        form.subscription_template_id = self.with_fee
        return form

    def test_fee_shows_while_the_quotation_is_filled_in(self):
        form = self.fill_in_quotation()
        self.assertEqual(len(form.order_line), 2)
        self.assertEqual(form.tax_totals["base_amount_currency"], 260.0)
        self.assertEqual(self.get_fees(form.save()), [250.0])

    def test_fee_that_is_taken_off_the_form_stays_away(self):
        form = self.fill_in_quotation()
        form.order_line.remove(1)
        with form.order_line.new() as line:
            line.product_id = self.hosting
        self.assertFalse(self.get_fees(form.save()))

    def test_fee_leaves_the_form_with_its_terms(self):
        form = self.fill_in_quotation()
        form.subscription_template_id = self.template
        self.assertEqual(len(form.order_line), 1)
        self.assertFalse(self.get_fees(form.save()))

    def test_duplicate_has_one_fee(self):
        order = self.quote(self.seat, template=self.with_fee)
        self.assertEqual(self.get_fees(order.copy()), [250.0])

    def test_confirmed_contract_is_left_alone(self):
        order = self.confirm(self.quote(self.seat, template=self.with_fee))
        order.order_line = [Command.create({"product_id": self.hosting.id})]
        self.assertEqual(self.get_fees(order), [250.0])
