from datetime import date

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestMultiCompany(SubscriptionCommon):
    """One run serves all companies, each in its own books; contracts keep their own currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {
                "name": "Other company",
                "country_id": cls.company.country_id.id,
                "currency_id": cls.currency.id,
                "subscription_tz": "UTC",
            }
        )
        cls.env["account.chart.template"].try_loading("generic_coa", cls.other)
        cls.env.user.company_ids |= cls.other
        cls.other_tax = cls._create_tax(7, company_id=cls.other.id)
        cls.seat.taxes_id = cls.tax | cls.other_tax
        cls.together = cls._create_template("Together", group_invoices=True)

    @classmethod
    def create_currency(cls, code, rounding, rate):
        """Return a currency with a rate of so many units for one of the company's."""
        currency = (
            cls.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        )
        currency.write({"active": True, "rounding": rounding})
        currency.rate_ids.unlink()
        for company in cls.company | cls.other:
            currency.rate_ids = [
                Command.create({"name": "2027-01-01", "rate": rate, "company_id": company.id})
            ]
        return currency

    def create_in(self, company, *lines, **values):
        order = self.create_order(*lines, company_id=company.id, **values)
        order.action_confirm()
        return order

    def create_foreign(self, currency, price, quantity=1):
        """Confirm a contract over seats in a currency."""
        pricelist = self.env["product.pricelist"].create(
            {"name": currency.name, "currency_id": currency.id}
        )
        order = self.create_order(
            self.line_values(self.seat, quantity, price_unit=price), pricelist_id=pricelist.id
        )
        order.action_confirm()
        return order

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def test_one_run_bills_all_companies_in_their_own_books(self):
        self.travel("2027-04-01")
        mine, theirs = self.create_in(self.company), self.create_in(self.other)
        self.run_cron()
        for order, tax, total in ((mine, self.tax, 12.0), (theirs, self.other_tax, 10.7)):
            invoice = order.invoice_ids
            self.assertEqual(invoice.state, "posted")
            self.assertEqual(invoice.company_id, order.company_id)
            self.assertEqual(invoice.journal_id.company_id, order.company_id)
            self.assertIn(order.company_id, invoice.line_ids.account_id.company_ids)
            self.assertEqual(invoice.invoice_line_ids.tax_ids, tax)
            self.assertEqual(invoice.amount_total, total)
            self.assertEqual(order.subscription_billed_period_ids.company_id, order.company_id)
            self.assertEqual(order.order_line.segment_ids.company_id, order.company_id)

    def test_job_serves_a_company_that_its_user_does_not_know(self):
        user = self.env.ref("base.user_root")
        user.company_ids = self.company
        user.company_id = self.company
        self.travel("2027-04-01")
        order = self.create_in(self.other)
        self.run_cron()
        self.assertEqual(order.invoice_count, 1)

    def test_journal_of_the_template_is_that_of_the_company(self):
        journals = self.env["account.journal"].create(
            [
                {
                    "name": f"Contracts of {company.name}",
                    "code": "CTR",
                    "type": "sale",
                    "company_id": company.id,
                }
                for company in (self.company, self.other)
            ]
        )
        for company, journal in zip((self.company, self.other), journals, strict=True):
            self.template.with_company(company).journal_id = journal
        self.travel("2027-04-01")
        orders = self.create_in(self.company) | self.create_in(self.other)
        self.run_cron()
        self.assertEqual([order.invoice_ids.journal_id for order in orders], list(journals))

    def test_companies_share_no_invoice(self):
        self.travel("2027-04-01")
        orders = self.create_in(self.company, template=self.together)
        orders |= self.create_in(self.other, template=self.together)
        self.run_cron()
        self.run_cron("2027-05-01")
        self.assertEqual(len(orders.invoice_ids), 4)
        for order in orders:
            self.assertEqual(order.invoice_ids.company_id, order.company_id)

    def test_broken_company_does_not_stop_the_other(self):
        self.travel("2027-04-01")
        mine, theirs = self.create_in(self.company), self.create_in(self.other)
        self.env["account.journal"].search(
            [("company_id", "=", self.other.id), ("type", "=", "sale")]
        ).active = False
        self.run_cron()
        self.assertEqual(mine.invoice_count, 1)
        self.assertFalse(mine.subscription_quarantined_at)
        self.assertFalse(theirs.invoice_ids)
        self.assertIn("journal", theirs.subscription_quarantine_reason)

    def test_nothing_of_another_company_gets_on_an_invoice(self):
        """The run looks at the links of a whole batch at once, and misses none of them."""
        self.travel("2027-04-01")
        healthy = self.create_in(self.company, self.support)
        product = self._create_product("Sauna", 50.0)
        customer = self.partner.copy({"name": "Moved customer"})
        with_product = self.create_in(self.company, product)
        with_customer = self.create_in(self.company, self.support, partner_id=customer.id)
        self.env.flush_all()
        # Nobody may do this in the forms; imports do.
        for table, record in (
            ("product_template", product.product_tmpl_id),
            ("res_partner", customer),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET company_id = %s WHERE id = %s",
                    SQL.identifier(table),
                    self.other.id,
                    record.id,
                )
            )
        self.env.invalidate_all()
        self.run_cron()
        self.assertEqual(healthy.invoice_count, 1)
        for order, name in (
            (with_product, product.display_name),
            (with_customer, customer.display_name),
        ):
            self.assertFalse(order.invoice_ids)
            self.assertIn("company inconsistencies", order.subscription_quarantine_reason)
            self.assertIn(name, order.subscription_quarantine_reason)

    def test_contract_of_another_company_is_billed_from_the_first_one(self):
        self.travel("2027-04-01")
        order = self.create_in(self.other)
        self.assertEqual(self.env.company, self.company)
        move = self.bill(order)
        self.assertEqual(move.company_id, self.other)
        self.assertEqual(move.journal_id.company_id, self.other)

    # ------------------------------------------------------------------
    # Currencies
    # ------------------------------------------------------------------

    def test_invoice_is_in_the_currency_of_the_contract(self):
        euro = self.create_currency("EUR", 0.01, 0.8)
        self.travel("2027-04-01")
        order = self.create_foreign(euro, 80.0, 2)
        move = self.bill(order)
        self.assertEqual(move.currency_id, euro)
        self.assertEqual(move.amount_untaxed, 160.0)
        self.assertEqual(abs(move.amount_untaxed_signed), 200.0)
        self.assertEqual(order.subscription_billed_period_ids.currency_id, euro)
        self.assertEqual(order.subscription_billed_period_ids.booked_amount, 160.0)

    def test_rate_is_that_of_the_invoice_date(self):
        euro = self.create_currency("EUR", 0.01, 0.8)
        euro.rate_ids = [
            Command.create({"name": "2027-05-01", "rate": 0.5, "company_id": self.company.id})
        ]
        self.travel("2027-04-01")
        order = self.create_foreign(euro, 80.0)
        april = self.bill(order)
        may = self.bill(order, "2027-05-01")
        self.assertEqual(april.amount_untaxed_signed, 100.0)
        self.assertEqual(may.amount_untaxed_signed, 160.0)
        self.assertEqual(may.amount_untaxed, 80.0, "the price of the contract stays")

    def test_yen_have_no_digits(self):
        yen = self.create_currency("JPY", 1.0, 150.0)
        self.travel("2027-04-01")
        order = self.create_foreign(yen, 1000.0)
        self.bill(order)
        self.travel("2027-04-11")
        order.order_line.product_uom_qty = 2
        self.bill(order)
        self.travel("2027-04-21")
        order.order_line.product_uom_qty = 1
        self.bill(order)
        self.assertEqual(
            self.get_table(order),
            [
                ("2027-04-01", "2027-04-30", 1, 1000),
                ("2027-04-11", "2027-04-30", 1, 667),
                ("2027-04-21", "2027-04-30", 1, -333),
            ],
        )
        self.assertLedgerWhole(order)
        self.assertBillsNothing(order)

    def test_dinars_have_three_digits(self):
        dinar = self.create_currency("KWD", 0.001, 0.3)
        self.travel("2027-04-01")
        order = self.create_foreign(dinar, 10.0)
        self.bill(order)
        self.travel("2027-04-11")
        order.order_line.product_uom_qty = 2
        move = self.bill(order)
        self.assertEqual(
            self.get_table(order),
            [("2027-04-01", "2027-04-30", 1, 10), ("2027-04-11", "2027-04-30", 1, 6.667)],
        )
        self.assertEqual(move.amount_total, 8.0)
        self.assertLedgerWhole(order)

    def test_parts_of_a_period_add_up_in_every_currency(self):
        self.travel("2027-04-01")
        orders = self.env["sale.order"]
        for code, rounding in (("JPY", 1.0), ("KWD", 0.001), ("EUR", 0.01)):
            orders |= self.create_foreign(self.create_currency(code, rounding, 2.0), 1000.0)
        self.bill(orders)
        for day in range(2, 8):
            self.travel(date(2027, 4, day))
            for line in orders.order_line:
                line.product_uom_qty = day
            self.bill(orders)
        self.travel(date(2027, 4, 8))
        for line in orders.order_line:
            line.product_uom_qty = 1
        self.bill(orders)
        # 1 .. 7 seats on seven days, then one for 23 days, at 1000 for 30 days
        for order, expected in zip(orders, (1700, 1700.0, 1700.0), strict=True):
            self.assertAlmostEqual(sum(row[3] for row in self.get_table(order)), expected, 6)
            self.assertLedgerWhole(order)
        self.assertBillsNothing(orders)
