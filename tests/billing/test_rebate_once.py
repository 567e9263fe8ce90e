from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestRebateOnce(SubscriptionCommon):
    """A rebate that one invoice cannot bear is carried on until it is used up."""

    def create_quotation(self, amount, *more, price=50.0, template=None, **values):
        voucher = self._create_product("Voucher", 0.0, is_recurring=False, **values)
        self.travel("2027-04-01")
        return self.create_order(
            self.line_values(self.seat, price_unit=price),
            self.line_values(voucher, price_unit=-amount, name="Voucher"),
            *more,
            template=template,
        )

    def bill_months(self, order, count=3):
        """Bill so many months and return what each invoice asks for without taxes."""
        days = [f"2027-{month:02d}-01" for month in range(4, 4 + count)]
        return [sum(self.bill(order, day).mapped("amount_untaxed_signed")) for day in days]

    def test_voucher_is_carried_on_until_it_is_used_up(self):
        order = self.create_quotation(80.0)
        self.assertEqual(order.amount_total, 0.0)
        rows = {row["label"]: row["untaxed"] for row in order._get_totals_rows()}
        self.assertEqual(rows["Discount that is left for the next invoices"], -30.0)
        order.action_confirm()
        self.assertEqual(self.bill_months(order), [0.0, 20.0, 50.0])
        self.assertFalse(order.subscription_quarantined_at)
        self.assertIn("is left for the next one", " ".join(order.message_ids.mapped("body")))
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_voucher_without_tax_pays_the_tax_too(self):
        order = self.create_quotation(100.0, taxes_id=[Command.clear()])
        self.assertEqual(order.amount_total, 0.0)
        order.action_confirm()
        totals = [self.bill(order, f"2027-{month}-01").amount_total for month in ("04", "05", "06")]
        self.assertEqual(totals, [0.0, 20.0, 60.0])

    def test_second_voucher_waits_until_the_first_is_used_up(self):
        second = self._create_product("Second", 0.0, is_recurring=False)
        order = self.create_quotation(70.0, self.line_values(second, price_unit=-40.0))
        order.action_confirm()
        self.assertEqual(self.bill_months(order, 4), [0.0, 0.0, 40.0, 50.0])

    def test_draft_that_is_deleted_gives_the_voucher_back(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_quotation(80.0, template=template)
        order.action_confirm()
        first = self.bill(order)
        self.assertEqual(first.amount_untaxed, 0.0)
        first.unlink()
        self.assertEqual(self.bill(order).amount_untaxed, 0.0)
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 20.0)

    def test_rest_of_a_rest_is_told_once_and_to_the_cent(self):
        order = self.create_quotation(180.1, price=50.03)
        order.action_confirm()
        self.bill_months(order, 4)
        vouchers = order.order_line[1:]
        self.assertEqual(vouchers.mapped("name"), ["Voucher", *["Rest of: Voucher"] * 3])
        self.assertEqual(vouchers.mapped("price_unit"), [-50.03, -50.03, -50.03, -30.01])

    def test_rest_is_told_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.env["ir.module.module"]._load_module_terms(["sale_recurring"], ["pt_BR"])
        self.partner.lang = "pt_BR"
        order = self.create_quotation(130.0)
        order.action_confirm()
        self.bill_months(order)
        self.assertEqual(order.order_line[2:].mapped("name"), ["Saldo de: Voucher"] * 2)

    def test_clerk_who_makes_the_invoice_carries_it_on_too(self):
        order = self.create_quotation(80.0)
        order.locked = True
        order.action_confirm()
        self.assertEqual(order._create_invoices().amount_untaxed, 0.0)
        order.invoice_ids.action_post()
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 20.0)

    # ------------------------------------------------------------------
    # What an invoice asks for is known of all its lines together
    # ------------------------------------------------------------------

    def test_voucher_leaves_out_the_taxes_that_an_early_payment_saves(self):
        """50.00 + 20 % of 49.00 is 59.80, and that is all the voucher pays: not 60.00."""
        order = self.create_quotation(100.0, taxes_id=[Command.clear()])
        order.payment_term_id = self._create_mixed_term()
        self.assertEqual(order.amount_total, 0.0)
        order.action_confirm()
        totals = [self.bill(order, f"2027-{month}-01").amount_total for month in ("04", "05", "06")]
        self.assertEqual(totals, [0.0, 19.6, 59.8])
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_voucher_is_cut_to_the_cent_where_taxes_are_rounded_over_all_lines(self):
        """With 51.26 the invoice were 0.01 and -0.03 + 0.01 of taxes; with 51.25 it is 0.01."""
        self.company.tax_calculation_rounding_method = "round_globally"
        seldom = self._create_tax(7.7)
        order = self.create_quotation(
            120.0,
            self.line_values(self.support, 2, price_unit=0.07, tax_ids=[Command.set(seldom.ids)]),
            self.line_values(self.setup_service, price_unit=50.0),
            price=1.13,
        )
        self.assertEqual(order.amount_total, 0.01)
        order.action_confirm()
        invoice = self.bill(order)
        self.assertEqual(invoice.invoice_line_ids.mapped("price_subtotal")[1], -51.25)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (0.02, 0.01))
        self.assertEqual(invoice.state, "posted")
        self.assertFalse(order.subscription_quarantined_at)
        self.assertLedgerWhole(order)
