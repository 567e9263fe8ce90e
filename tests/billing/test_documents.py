from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestDocuments(SubscriptionCommon):
    """Credit notes that the billing run makes, and what posting writes on the ledger."""

    def downgrade(self, order, day, quantity):
        self.travel(day)
        order.order_line.filtered("recurrence_id").product_uom_qty = quantity

    def test_credit_of_an_open_invoice_is_a_credit_note_reconciled_with_it(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        invoice = self.bill(order)
        self.downgrade(order, "2027-04-16", 3)
        note = self.bill(order)
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.state, "posted")
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(note.invoice_date, date(2027, 4, 16))
        self.assertEqual(note.amount_untaxed, 10.0)
        line = note.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (2, 5.0))
        self.assertEqual(line.tax_ids, invoice.invoice_line_ids.tax_ids)
        self.assertEqual(line.account_id, invoice.invoice_line_ids.account_id)
        self.assertEqual(
            (line.deferred_start_date, line.deferred_end_date),
            (date(2027, 4, 16), date(2027, 4, 30)),
        )
        self.assertEqual(invoice.amount_residual, 60.0 - 12.0)
        self.assertEqual(note.payment_state, "paid" if not note.amount_residual else "")
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_credit_of_a_paid_invoice_is_netted_on_the_next_one(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        self.book_payment(self.bill(order))
        self.downgrade(order, "2027-04-16", 3)
        self.travel("2027-05-01")
        invoice = self.bill(order)
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(invoice.amount_untaxed, 30.0 - 10.0)
        self.assertEqual(invoice.invoice_line_ids.mapped("quantity"), [3, -2])
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_credit_of_a_paid_invoice_without_a_next_one_is_a_credit_note(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        invoice = self.bill(order)
        self.book_payment(invoice)
        self.travel("2027-04-16")
        order._subscription_close(date(2027, 4, 16))
        note = self.bill(order)
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.amount_untaxed, 25.0)
        self.assertEqual(note.amount_residual, 30.0)
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_credit_goes_back_to_the_customer_who_paid(self):
        order = self.create_contract(
            self.line_values(self.seat, 8), self.line_values(self.support, 1), day="2027-04-01"
        )
        invoice = self.bill(order)
        self.book_payment(invoice)
        self.travel("2027-04-16")
        order.partner_id = self.env["res.partner"].create({"name": "Bob Buyer"})
        order.order_line[0].product_uom_qty = 6
        order.order_line[1].product_uom_qty = 9
        moves = self.bill(order).sorted("move_type")
        self.assertEqual(moves.mapped("move_type"), ["out_invoice", "out_refund"])
        self.assertEqual(moves.mapped("amount_untaxed"), [133.32, 10.0])
        self.assertEqual(moves.partner_id.mapped("name"), ["Bob Buyer", "Ada Customer"])

    def test_credit_keeps_taxes_account_and_analytics_of_the_original_line(self):
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        account = self.env["account.analytic.account"].create(
            {"name": "Project", "plan_id": plan.id}
        )
        order = self.create_contract(
            self.line_values(self.seat, 5, analytic_distribution={str(account.id): 100}),
            day="2027-04-01",
        )
        invoice = self.bill(order)
        line = order.order_line._as_system()
        line.tax_ids = self._create_tax(5)
        line.analytic_distribution = False
        self.downgrade(order, "2027-04-16", 3)
        note = self.bill(order)
        self.assertEqual(note.invoice_line_ids.tax_ids, invoice.invoice_line_ids.tax_ids)
        self.assertEqual(note.invoice_line_ids.analytic_distribution, {str(account.id): 100})
        self.assertEqual(note.amount_total, 12.0)

    def test_one_credit_note_per_invoice_for_contracts_that_share_it(self):
        template = self._create_template("Shared", group_invoices=True)
        first = self.create_contract(
            self.line_values(self.seat, 2), day="2027-04-01", template=template
        )
        second = self.create_contract(self.support, day="2027-04-01", template=template)
        orders = first | second
        self.bill(orders)
        shared = self.bill(orders, "2027-05-01")
        self.assertEqual(len(shared), 1)
        self.travel("2027-05-16")
        for order in orders:
            order._subscription_close(date(2027, 5, 16))
        note = self.bill(orders)
        self.assertEqual(len(note), 1)
        self.assertEqual(note.reversed_entry_id, shared)
        self.assertEqual(len(note.invoice_line_ids), 2)
        self.assertEqual(note.invoice_origin, f"{first.name}, {second.name}")
        self.assertBillsNothing(orders)
        self.assertLedgerWhole(orders)

    def test_credit_note_uses_the_rate_of_the_original_invoice(self):
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.currency.id)], limit=1)
        )
        currency.active = True
        for day, rate in (("2027-01-01", 2.0), ("2027-04-10", 4.0)):
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": day, "rate": rate}
            )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id}
        )
        order = self.create_contract(
            self.line_values(self.seat, 5, price_unit=10),
            day="2027-04-01",
            pricelist_id=pricelist.id,
        )
        invoice = self.bill(order)
        self.downgrade(order, "2027-04-16", 3)
        note = self.bill(order)
        self.assertEqual(invoice.currency_id, currency)
        self.assertEqual(note.invoice_currency_rate, invoice.invoice_currency_rate)
        self.assertEqual(note.invoice_line_ids.balance, 5.0)

    def test_draft_credit_note_is_reconciled_when_a_clerk_posts_it(self):
        template = self._create_template("Reviewed", invoice_mode="draft")
        order = self.create_contract(
            self.line_values(self.seat, 5), day="2027-04-01", template=template
        )
        invoice = self.bill(order)
        invoice.action_post()
        self.downgrade(order, "2027-04-11", 4)
        first = self.bill(order)
        self.assertEqual(first.state, "draft")
        self.assertEqual(invoice.amount_residual, 60.0)
        self.downgrade(order, "2027-04-21", 3)
        second = self.bill(order)
        self.assertEqual(second.state, "draft")
        other = self.create_contract(
            self.line_values(self.support, 2), day="2027-04-21", template=template
        )
        other_invoice = self.bill(other)
        other_invoice.action_post()
        self.downgrade(other, "2027-04-22", 1)
        third = self.bill(other)
        (first | second | third).action_post()
        self.assertAlmostEqual(
            invoice.amount_residual, 60.0 - first.amount_total - second.amount_total
        )
        self.assertAlmostEqual(
            other_invoice.amount_residual, other_invoice.amount_total - third.amount_total
        )
        self.assertBillsNothing(order | other)
        self.assertLedgerWhole(order | other)

    def test_posting_an_edited_invoice_records_what_was_booked(self):
        template = self._create_template("Reviewed", invoice_mode="draft")
        order = self.create_contract(
            self.line_values(self.seat, 10), day="2027-04-01", template=template
        )
        invoice = self.bill(order)
        row = order.subscription_billed_period_ids
        self.assertEqual(row.booked_amount, 100.0)
        invoice.invoice_line_ids.price_unit = 9.0
        invoice.action_post()
        self.assertEqual((row.computed_amount, row.booked_amount), (100.0, 90.0))
        self.assertBillsNothing(order)
        invoice.button_draft()
        invoice.invoice_line_ids.discount = 50.0
        invoice.action_post()
        self.assertEqual(row.booked_amount, 45.0)
        self.downgrade(order, "2027-04-16", 0)
        note = self.bill(order)
        self.assertEqual(note.amount_untaxed, 22.5)
        note.action_post()
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_booked_amounts_of_many_invoices_take_a_constant_number_of_queries(self):
        template = self._create_template("Reviewed", invoice_mode="draft")
        orders = self.env["sale.order"]
        for _number in range(6):
            orders |= self.create_contract(self.seat, day="2027-04-01", template=template)
        invoices = self.bill(orders)
        counts = []
        for batch in (invoices[:1], invoices[1:]):
            self.env.flush_all()
            self.env.invalidate_all()
            batch.invoice_line_ids.mapped("price_unit")
            before = self.cr.sql_log_count
            batch._record_booked_amounts()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_more_than_was_booked_cannot_be_credited(self):
        template = self._create_template("Reviewed", invoice_mode="draft")
        order = self.create_contract(
            self.line_values(self.seat, 5), day="2027-04-01", template=template
        )
        self.bill(order).action_post()
        self.downgrade(order, "2027-04-16", 3)
        note = self.bill(order)
        note.invoice_line_ids.price_unit = 100.0
        with self.assertRefused("Lower the credit note"):
            note.action_post()

    def test_price_with_taxes_included_is_booked_as_typed(self):
        tax = self._create_tax(20, price_include_override="tax_included")
        product = self._create_product("Included", 12.0, taxes_id=[Command.set(tax.ids)])
        order = self.create_contract(self.line_values(product, 5), day="2027-04-01")
        invoice = self.bill(order)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (50.0, 60.0))
        self.assertEqual(order.subscription_billed_period_ids.booked_amount, 60.0)
        self.downgrade(order, "2027-04-16", 3)
        self.assertEqual(self.bill(order).amount_total, 12.0)
        self.assertLedgerWhole(order)

    def test_salesperson_bills_and_credits_own_contracts(self):
        user = self.env["res.users"].create(
            {
                "name": "Sam Seller",
                "login": "sam.seller",
                "group_ids": [
                    Command.set(self.env.ref("sale_recurring.group_subscription_user").ids)
                ],
            }
        )
        order = self.create_contract(
            self.line_values(self.seat, 5), day="2027-04-01", user_id=user.id
        )
        own = order.with_user(user)
        self.assertEqual(own._bill_subscriptions().sudo().state, "posted")
        self.travel("2027-04-16")
        own.order_line.product_uom_qty = 3
        note = own._bill_subscriptions()
        self.assertEqual((note.sudo().move_type, note.sudo().state), ("out_refund", "posted"))
        self.assertLedgerWhole(order)

    def test_salesperson_credits_what_a_colleague_billed(self):
        before, after = (
            new_test_user(self.env, login, groups="sale_recurring.group_subscription_user")
            for login in ("sue.before", "sam.after")
        )
        for is_paid, kind in ((False, "out_refund"), (True, "out_invoice")):
            with self.subTest(is_paid=is_paid):
                order = self.create_contract(
                    self.line_values(self.seat, 5), day="2027-04-01", user_id=before.id
                )
                invoice = self.bill(order)
                if is_paid:
                    self.book_payment(invoice)
                order.user_id = after
                self.travel("2027-04-16")
                order.order_line.product_uom_qty = 3
                if is_paid:
                    self.travel("2027-05-01")
                self.env.invalidate_all()
                own = order.with_user(after)
                own._get_billing_preview(own._subscription_today())
                own.action_subscription_bill()
                self.assertEqual((order.invoice_ids - invoice).move_type, kind)
                self.assertBillsNothing(order)

    def test_electronic_invoices_get_the_covered_days(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        invoice = self.bill(order)
        base_line = invoice._prepare_product_base_line_for_taxes_computation(
            invoice.invoice_line_ids
        )
        self.assertEqual(
            (base_line["deferred_start_date"], base_line["deferred_end_date"]),
            (date(2027, 4, 1), date(2027, 4, 30)),
        )
        if "account.edi.xml.ubl_bis3" in self.env:
            builder = self.env["account.edi.xml.ubl_bis3"]
            content, _errors = builder._export_invoice(invoice)
            self.assertIn(b"<cbc:StartDate>2027-04-01</cbc:StartDate>", content)
            self.assertIn(b"<cbc:EndDate>2027-04-30</cbc:EndDate>", content)
            content, _errors = self.env["account.edi.xml.cii"]._export_invoice(invoice)
            self.assertIn(b"BillingSpecifiedPeriod", content)
            self.assertIn(b"20270430", content)
