from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..support.common_finding import FindingCommon
from ..support.price_list import age_price_list


@tagged("post_install", "-at_install")
class TestFindingPrice(FindingCommon):
    """The nightly check reads the price list again for contracts that began lately."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_user").implied_ids += cls.env.ref("product.group_product_pricelist")
        cls.pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Tiers",
                "item_ids": [
                    Command.create({"compute_price": "fixed", "fixed_price": 8, "min_quantity": 5}),
                    Command.create(
                        {
                            "compute_price": "fixed",
                            "fixed_price": 7,
                            "min_quantity": 50,
                            "date_end": "2027-06-30 12:00:00",
                        }
                    ),
                ],
            }
        )

    def start(self, quantity=6, **values):
        """Return the line of a contract that begins today."""
        self.order = self.create_contract(
            {"product_id": self.seat.id, "product_uom_qty": quantity, **values},
            pricelist_id=self.pricelist.id,
        )
        self.orders = self.order | self.bystander
        age_price_list(self.env)
        return self.order.order_line

    def plant_price(self, line, price):
        """Let a contract have begun at another price, as a program with a fault would."""
        for query in (
            "UPDATE subscription_segment SET price_unit = %s WHERE line_id = %s",
            "UPDATE sale_order_line SET price_unit = %s WHERE id = %s",
        ):
            self.plant(query, price, line.id)

    def test_price_that_the_list_did_not_ask(self):
        line = self.start()
        self.assertEqual((line.price_unit, line.segment_ids.price_unit), (8, 8))
        self.assertFalse(self.check())
        self.plant_price(line, 8.5)
        finding = self.assertFound("list_price")
        self.assertIn("8.50", finding.message)
        self.assertIn("8.00", finding.message)
        self.assertNotRepairable(finding)
        self.plant("UPDATE subscription_segment SET create_date = '2020-01-01'")
        self.assertFound("list_price")
        self.plant_price(line, 8)
        self.assertFalse(self.check())
        self.plant_price(line, 8.5)
        self.assertFalse(self.check(), "what began long ago is not compared")

    def test_price_of_another_quantity(self):
        line = self.start()
        for query in (
            "UPDATE subscription_segment SET quantity = 4 WHERE line_id = %s",
            "UPDATE sale_order_line SET product_uom_qty = 4 WHERE id = %s",
        ):
            self.plant(query, line.id)
        self.assertIn("10.00", self.assertFound("list_price").message)

    def test_the_list_is_read_for_its_day(self):
        line = self.start(quantity=60)
        self.assertEqual(line.price_unit, 7)
        self.travel("2027-07-02")
        self.assertNotIn("list_price", self.check().mapped("check"))
        self.plant_price(line, 8)
        self.assertIn("list_price", self.check().mapped("check"))

    def assertNotCompared(self, line):
        """Whatever this line began with, nothing is said about it."""
        self.plant_price(line, line.segment_ids[0].price_unit + 0.5)
        self.assertFalse(self.check())

    def test_price_that_somebody_typed(self):
        self.assertNotCompared(self.start(price_unit=8))
        order = self.create_order({"product_id": self.seat.id, "product_uom_qty": 6})
        self.assertTrue(order.order_line.subscription_listed)
        order.order_line.price_unit = 9
        self.assertFalse(order.order_line.subscription_listed)
        order.order_line.product_uom_qty = 7
        self.assertEqual(order.order_line.price_unit, 9)
        self.assertFalse(order.order_line.subscription_listed)

    def fill_form(self, **values):
        """Return the line of a quotation that a person makes in the form."""
        form = Form(self.env["sale.order"])
        form.partner_id = self.partner
        form.pricelist_id = self.pricelist
        with form.order_line.new() as line:
            line.product_id = self.seat
            for name, value in values.items():
                line[name] = value
        return form.save().order_line

    def test_forms_tell_what_the_list_asked_from_what_was_typed(self):
        line = self.fill_form(product_uom_qty=6)
        self.assertEqual(line.price_unit, 8)
        self.assertEqual(line.subscription_listed["price"], 8)
        with Form(line.order_id) as form, form.order_line.edit(0) as edited:
            edited.product_uom_qty = 2
        self.assertEqual((line.price_unit, line.subscription_listed["price"]), (10, 10))
        with Form(line.order_id) as form, form.order_line.edit(0) as edited:
            edited.price_unit = 9.5
        self.assertFalse(line.subscription_listed)
        self.assertFalse(self.fill_form(product_uom_qty=6, price_unit=7.7).subscription_listed)
        line.order_id._recompute_prices()
        self.assertEqual((line.price_unit, line.subscription_listed["price"]), (10, 10))

    def test_what_was_agreed_on_the_first_day(self):
        for values in ({"price_unit": 6}, {"product_uom_qty": 2}):
            line = self.start()
            line.write(values)
            self.assertFalse(line.subscription_listed)
            self.assertNotCompared(line)

    def test_what_was_agreed_later_leaves_the_beginning(self):
        line = self.start()
        self.travel("2027-06-14")
        line.product_uom_qty = 2
        self.assertEqual(len(line.segment_ids), 2)
        self.assertNotIn("list_price", self.check().mapped("check"))
        self.assertTrue(line.subscription_listed)

    def test_list_that_was_changed_since(self):
        rules = self.pricelist.item_ids.sorted("min_quantity")
        changes = [
            lambda: self.seat.write({"list_price": 12}),
            lambda: rules[0].write({"fixed_price": 8.1}),
            lambda: self.pricelist.write({"item_ids": [Command.delete(rules[1].id)]}),
            lambda: self.seat.taxes_id.write({"amount": 10}),
        ]
        for change in changes:
            line = self.start()
            self.orders = self.order
            change()
            self.env.flush_all()
            self.assertNotCompared(line)
        price = self.env["subscription.price"].create(
            {
                "product_tmpl_id": self.seat.product_tmpl_id.id,
                "recurrence_id": line.recurrence_id.id,
                "price": 5,
            }
        )
        line = self.start()
        price.unlink()
        self.assertNotCompared(line)

    def test_whatever_was_noted_hides_nothing_else(self):
        line = self.start()
        good = line.subscription_listed
        logger = "odoo.addons.sale_recurring.models.checks.price_list"
        junk = (
            "junk",
            [1],
            {**good, "company": 2**40},
            {"company": "x"},
            {"at": 3},
            *({**good, name: "x"} for name in good),
        )
        for noted in junk:
            line.subscription_listed = noted
            with self.subTest(noted=noted), mute_logger(logger, "odoo.sql_db"):
                self.assertFalse(self.check())

    def test_nothing_is_read_again_for_contracts_of_other_days(self):
        self.start()
        self.orders = self.order
        Line = self.env.registry["sale.order.line"]
        with patch.object(Line, "_get_listed_price", autospec=True, return_value=8) as read:
            self.check()
            self.assertEqual(read.call_count, 1)
            self.orders |= self.create_contract(
                {"product_id": self.seat.id, "product_uom_qty": 6}, pricelist_id=self.pricelist.id
            )
            age_price_list(self.env)
            self.check()
            self.assertEqual(read.call_count, 2, "what is alike is read once a night")
            self.plant("UPDATE subscription_segment SET create_date = '2020-01-01'")
            self.check()
            self.assertEqual(read.call_count, 2)
