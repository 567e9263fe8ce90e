from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestOnceStatus(SubscriptionCommon):
    """What core says is still to invoice of what is sold once is what the run still bills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fee = cls._create_product("Set-up", 50.0, is_recurring=False)
        cls.hours = cls._create_product(
            "Hours", 100.0, is_recurring=False, invoice_policy="delivery"
        )
        cls.company.account_use_credit_limit = True

    def create_billed(self, *lines, **values):
        order = self.create_contract(
            self.line_values(self.seat, 10), *lines, day="2027-04-01", **values
        )
        self.invoice = self.bill(order)
        return order

    def reverse(self, effect, **values):
        """Post a credit note of the invoice, its first one-off line at another price."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create(
                {"journal_id": self.invoice.journal_id.id, "subscription_credit_effect": effect}
            )
        )
        wizard.refund_moves()
        note = wizard.new_move_ids
        if values:
            note.invoice_line_ids.filtered(lambda line: line.product_id == self.fee).write(values)
        note.action_post()
        return note

    def get_open(self, order):
        """Return what core says is left to invoice of an order, and counts as credit given."""
        self.partner.invalidate_recordset(["credit_to_invoice"])
        return (
            order.invoice_status,
            order.amount_to_invoice,
            sum(order.order_line.mapped("untaxed_amount_to_invoice")),
            self.partner.credit_to_invoice,
        )

    def get_quantities(self, order):
        """Return what core and its sales analysis say is left to invoice of what is sold once."""
        self.env.flush_all()
        self.env["sale.report"].invalidate_model()
        rows = self.env["sale.report"].search(
            [("order_reference", "=", f"sale.order,{order.id}"), ("product_id", "=", self.fee.id)]
        )
        return order.order_line[1].qty_to_invoice, sum(rows.mapped("qty_to_invoice"))

    def test_nothing_is_left_after_a_price_adjustment(self):
        for effect in ("adjust", "waive"):
            for values in ({}, {"price_unit": 20.0}):
                with self.subTest(effect=effect, values=values):
                    order = self.create_billed(self.line_values(self.fee))
                    self.assertEqual(self.get_open(order), ("invoiced", 0.0, 0.0, 0.0))
                    self.reverse(effect, **values)
                    self.assertEqual(self.get_quantities(order), (0.0, 0.0))
                    self.assertBillsNothing(order)
                    status, *amounts = self.get_open(order)
                    self.assertEqual(amounts, [0.0, 0.0, 0.0])
                    self.assertNotEqual(status, "to invoice")

    def test_all_is_left_when_it_is_billed_again(self):
        order = self.create_billed(self.line_values(self.fee))
        self.reverse("again")
        self.assertEqual(self.get_open(order), ("to invoice", 60.0, 50.0, 60.0))
        self.assertEqual(self.get_quantities(order), (1.0, 1.0))
        self.assertEqual(self.bill(order).amount_untaxed, 150.0)
        self.assertEqual(self.get_quantities(order), (0.0, 0.0))

    def test_more_than_what_was_given_back_is_left(self):
        order = self.create_billed(self.line_values(self.fee))
        self.reverse("adjust")
        order.order_line[1].product_uom_qty = 3
        self.assertEqual(self.bill(order).amount_untaxed, 100.0)
        self.assertEqual(self.get_quantities(order), (0.0, 0.0))
        self.assertBillsNothing(order)

    def test_nothing_is_left_of_an_invoice_that_was_cancelled(self):
        order = self.create_billed(self.line_values(self.fee))
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.assertEqual(self.get_quantities(order), (0.0, 0.0))

    def test_a_draft_is_left_to_invoice(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_billed(self.line_values(self.fee), template=template)
        self.assertEqual(self.get_open(order)[1:], (60.0, 50.0, 60.0))
        self.invoice.action_post()
        self.assertEqual(self.get_open(order)[1:], (0.0, 0.0, 0.0))

    def test_hours_that_were_paid_ahead_are_no_credit(self):
        order = self.create_billed(self.line_values(self.hours, 10), require_payment=True)
        self.assertEqual(self.invoice.amount_untaxed, 1100.0)
        self.assertEqual(self.get_open(order), ("invoiced", 0.0, 0.0, 0.0))

    def test_hours_beyond_what_was_paid_ahead_are_billed(self):
        order = self.create_billed(self.line_values(self.hours, 10), require_payment=True)
        order.order_line[1].qty_delivered = 8
        self.assertFalse(self.bill(order, "2027-04-10"))
        order.order_line[1].qty_delivered = 12
        self.assertEqual(self.bill(order, "2027-04-20").amount_untaxed, 200.0)
        self.assertBillsNothing(order)

    # ------------------------------------------------------------------
    # Previews
    # ------------------------------------------------------------------

    def test_previews_ask_for_what_the_run_bills(self):
        order = self.create_billed(self.line_values(self.fee, 2))
        self.reverse("adjust")
        order.order_line[1].product_uom_qty = 3
        amendment = order.browse(order.action_subscription_amend()["res_id"])
        self.assertEqual(amendment.amount_untaxed, 50.0)
        wizard = self.env["subscription.billing.preview"].create({"order_ids": order.ids})
        documents = wizard.preview["contracts"][0]["documents"]
        self.assertEqual([document["total"] for document in documents], [60.0])
        discount = self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        )
        discount.action_apply_discount()
        self.assertEqual(order.order_line[-1].price_subtotal, -15.0)
        self.assertEqual(self.bill(order).amount_untaxed, 35.0)

    # ------------------------------------------------------------------
    # Negative quantities
    # ------------------------------------------------------------------

    def test_device_that_is_taken_back_lowers_the_first_invoice(self):
        order = self.create_order(
            self.line_values(self.seat, 10), self.line_values(self.fee, -1, price_unit=30.0)
        )
        self.assertEqual(order.amount_untaxed, 70.0)
        order.action_confirm()
        invoice = self.bill(order)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (70.0, 84.0))
        self.assertEqual(order.order_line[1].qty_invoiced, -1.0)
        self.assertBillsNothing(order)
        self.assertEqual(self.bill(order, "2027-02-28").amount_untaxed, 100.0)

    def test_device_that_is_taken_back_later_lowers_the_next_invoice(self):
        order = self.create_billed()
        order.order_line = [Command.create(self.line_values(self.fee, -1, price_unit=130.0))]
        self.assertBillsNothing(order)
        amounts = [self.bill(order, day).amount_untaxed for day in ("2027-05-01", "2027-06-01")]
        self.assertEqual(amounts, [0.0, 70.0])
        self.assertEqual(self.bill(order, "2027-07-01").amount_untaxed, 100.0)

    def test_quantity_that_was_lowered_is_not_given_back_by_itself(self):
        order = self.create_billed(self.line_values(self.fee, 3))
        order.order_line[1].product_uom_qty = 1
        self.assertBillsNothing(order)
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 100.0)

    def test_core_s_dialog_takes_it_off_too(self):
        order = self.create_billed()
        order.order_line = [Command.create(self.line_values(self.fee, -1, price_unit=30.0))]
        self.travel("2027-05-01")
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({})
        )
        wizard.create_invoices()
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_untaxed, 70.0)
        self.assertBillsNothing(order)
