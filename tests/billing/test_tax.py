from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestTax(SubscriptionCommon):
    """Taxes follow the customer at each invoice, prices stay, what was typed stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.vat = False
        cls.home = cls.company.country_id
        cls.abroad = cls.env.ref("base.nz")
        cls.position, cls.foreign_tax = cls._create_position("Abroad", cls.abroad, 7)

    @classmethod
    def _create_position(cls, name, country, amount, **values):
        """Create a fiscal position for a country and the tax that replaces the common one."""
        position = cls.env["account.fiscal.position"].create(
            {"name": name, "auto_apply": True, "country_id": country.id, "sequence": 1, **values}
        )
        tax = cls._create_tax(
            amount,
            fiscal_position_ids=[Command.link(position.id)],
            original_tax_ids=[Command.link(cls.tax.id)],
        )
        return position, tax

    def test_address_moves_the_tax_of_the_next_invoice(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        first = self.bill(order)
        self.partner.country_id = self.abroad
        second = self.bill(order, "2027-02-28")
        self.assertEqual(order.fiscal_position_id, self.position)
        self.assertEqual(second.invoice_line_ids.tax_ids, self.foreign_tax)
        self.assertEqual(second.fiscal_position_id, self.position)
        self.assertEqual(second.amount_untaxed, 30.0)
        self.assertEqual(second.amount_tax, 2.1)
        self.assertEqual(first.amount_tax, 6.0, "posted invoices never change")
        self.assertEqual(order.order_line.price_unit, 10.0)
        self.assertIn("The price stays", order.message_ids[:1].body)
        self.assertBillsNothing(order)

    def test_vat_number_moves_the_tax(self):
        position, tax = self._create_position("Reverse charge", self.home, 0, vat_required=True)
        order = self.create_contract()
        self.bill(order)
        self.partner.vat = "123456789"
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, tax)
        self.partner.vat = False
        invoice = self.bill(order, "2027-03-31")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.tax)
        self.assertNotEqual(order.fiscal_position_id, position)

    def test_new_rate_of_the_product_is_taken(self):
        order = self.create_contract()
        self.bill(order)
        risen = self._create_tax(25)
        self.seat.taxes_id = risen
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.amount_tax, 2.5)

    def test_price_with_tax_included_stays_as_typed(self):
        included = self._create_tax(25, price_include_override="tax_included")
        lower = self._create_tax(5, price_include_override="tax_included")
        self.seat.taxes_id = included
        order = self.create_contract(self.line_values(self.seat, 10))
        self.bill(order)
        self.seat.taxes_id = lower
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.amount_total, 100.0)
        self.assertEqual(invoice.amount_tax, 4.76)

    def test_typed_tax_is_kept(self):
        typed = self._create_tax(3)
        order = self.create_contract(
            self.line_values(self.seat, tax_ids=[Command.set(typed.ids)]), self.support
        )
        self.bill(order)
        self.partner.country_id = self.abroad
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.invoice_line_ids[0].tax_ids, typed)
        self.assertEqual(invoice.invoice_line_ids[1].tax_ids, self.foreign_tax)

    def test_tax_typed_on_a_running_line_is_kept(self):
        typed = self._create_tax(3)
        order = self.create_contract()
        self.bill(order)
        order.order_line.tax_ids = typed
        self.partner.country_id = self.abroad
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, typed)

    def test_discount_that_is_carried_on_follows_what_it_lowers(self):
        order = self.create_order(self.line_values(self.seat, 10))
        self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "amount", "discount_amount": 180.0}
        ).action_apply_discount()
        order.action_confirm()
        self.assertEqual(self.bill(order).amount_total, 0.0)
        self.partner.country_id = self.abroad
        preview = order._get_billing_preview(self.travel("2027-02-28"))
        invoice = self.bill(order)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.foreign_tax)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (50.0, 3.5))
        self.assertEqual(preview["total"], 53.5)
        self.assertBillsNothing(order)

    def test_chosen_fiscal_position_is_kept(self):
        chosen, tax = self._create_position("Chosen", self.home, 1, auto_apply=False)
        order = self.create_order(fiscal_position_id=chosen.id)
        order.action_update_taxes()
        order.action_confirm()
        self.bill(order)
        self.partner.country_id = self.abroad
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(order.fiscal_position_id, chosen)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, tax)

    def test_line_that_is_added_leaves_the_position_to_the_customer(self):
        """The address moved before: what is on the order is not chosen by hand for that."""
        order = self.create_contract()
        self.bill(order)
        self.partner.country_id = self.abroad
        amendment = order._create_amendment()
        amendment.order_line = [Command.create({"product_id": self.support.id})]
        amendment.action_confirm()
        invoice = self.bill(order)
        self.assertEqual(order.fiscal_position_id, self.position)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.foreign_tax)
        self.partner.country_id = self.home
        quotation = self.create_order()
        self.env.flush_all()  # it was saved on another day
        self.partner.country_id = self.abroad
        quotation.order_line = [Command.create({"product_id": self.support.id})]
        quotation.action_confirm()
        self.bill(quotation)
        invoice = self.bill(quotation, "2027-02-28")
        self.assertEqual(quotation.fiscal_position_id, self.position)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.foreign_tax)

    def test_position_that_is_chosen_with_another_customer_is_kept(self):
        order = self.create_order()
        domestic = order.fiscal_position_id
        self.assertTrue(domestic)
        foreigner = self.partner.copy({"country_id": self.abroad.id})
        order.write({"partner_id": foreigner.id, "fiscal_position_id": domestic.id})
        order.action_confirm()
        self.bill(order)
        order.order_line = [Command.create({"product_id": self.support.id})]
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(order.fiscal_position_id, domestic)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.tax)

    def test_fiscal_position_set_on_the_customer_counts(self):
        order = self.create_contract()
        self.bill(order)
        self.partner.property_account_position_id = self.position
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.foreign_tax)

    def test_first_invoice_keeps_the_taxes_that_were_accepted(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        asked = order.amount_total
        self.partner.country_id = self.abroad
        self.assertEqual(self.bill(order).amount_total, asked)
        self.assertEqual(self.bill(order, "2027-02-28").amount_tax, 2.1)

    def test_contract_that_starts_later_takes_the_taxes_of_its_first_day(self):
        order = self.create_contract(subscription_start_date="2027-06-01")
        self.partner.country_id = self.abroad
        invoice = self.bill(order, "2027-06-01")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.foreign_tax)

    def test_locked_contract_follows(self):
        order = self.create_contract()
        self.bill(order)
        order.action_lock()
        self.partner.country_id = self.abroad
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.foreign_tax)

    def test_duplicate_of_a_contract_follows(self):
        order = self.create_contract()
        self.partner.country_id = self.abroad
        copy = order.copy()
        copy.action_confirm()
        self.bill(copy)
        invoice = self.bill(copy, "2027-02-28")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.foreign_tax)

    def test_credit_keeps_the_tax_of_its_invoice(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-01-01")
        first = self.bill(order)
        self.partner.country_id = self.abroad
        self.travel("2027-01-16")
        order.order_line.product_uom_qty = 1
        credit = self.bill(order)
        self.assertEqual(credit.invoice_line_ids.tax_ids, self.tax)
        self.assertEqual(credit.reversed_entry_id, first)

    def test_mrr_follows_the_net_price(self):
        included = self._create_tax(25, price_include_override="tax_included")
        self.seat.taxes_id = included
        order = self.create_contract(self.line_values(self.seat, 10))
        self.bill(order)
        self.assertEqual(order.subscription_mrr, 80.0)
        self.seat.taxes_id = False
        self.bill(order, "2027-02-28")
        self.assertEqual(order.subscription_mrr, 100.0)

    def test_queries_do_not_grow_with_customers(self):
        def create(count):
            partners = self.env["res.partner"].create(
                [
                    {
                        "name": f"Customer {number}",
                        "country_id": self.home.id,
                        "zip": f"{number:05d}",
                        "vat": f"1234{number:05d}",
                    }
                    for number in range(count)
                ]
            )
            orders = self.env["sale.order"]
            for partner in partners:
                orders |= self.create_contract(partner_id=partner.id)
            self.bill(orders)
            return orders

        few, many = create(2), create(30)
        self.travel("2027-02-28")
        counts = []
        for orders in (few, few, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._subscription_refresh_taxes()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 2, counts)

    def test_first_invoice_in_arrears_has_the_taxes_of_its_own_day(self):
        order = self.create_contract(template=self._create_template("Later", timing="arrears"))
        self.partner.country_id = self.abroad
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.foreign_tax)
