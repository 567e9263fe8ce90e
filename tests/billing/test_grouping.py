from datetime import date

from odoo import sql_db
from odoo.fields import Command
from odoo.tests import tagged

from ...models.billing.billing_run import BillingRun
from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestGrouping(SubscriptionCommon):
    """Contracts of one customer that fall due together share an invoice when the terms say so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.together = cls._create_template("Together", group_invoices=True)

    def create_pair(self, first=None, second=None, **values):
        """Confirm two contracts on 1 March and bill what their confirmation asked for."""
        self.travel("2027-03-01")
        orders = self.env["sale.order"]
        for product, own in ((self.seat, first or {}), (self.support, second or {})):
            order_values = {"template": self.together, **values, **own}
            orders |= self.create_contract(product, **order_values)
        return orders

    def assertShared(self, orders, shared):
        """The next period of the contracts comes on one invoice, or on one for each."""
        self.bill(orders)
        moves = self.bill(orders, "2027-04-01")
        self.assertEqual(len(moves), 1 if shared else len(orders))
        self.assertEqual(len(moves.invoice_line_ids), 2)
        for order in orders:
            row = order.subscription_billed_period_ids.sorted("start_date")[-1]
            self.assertEqual(row.start_date, date(2027, 4, 1))
            self.assertIn(row.move_id, moves)
            self.assertEqual(row.move_id, order.invoice_ids.sorted("id")[-1])
        self.assertBillsNothing(orders)
        self.assertLedgerWhole(orders)
        return moves

    # ------------------------------------------------------------------
    # Shared
    # ------------------------------------------------------------------

    def test_contracts_of_one_customer_share_an_invoice(self):
        orders = self.create_pair()
        move = self.assertShared(orders, True)
        self.assertEqual(move.amount_untaxed, 43.33)
        self.assertEqual(move.amount_total, 52.0)
        self.assertEqual(move.invoice_origin, ", ".join(orders.mapped("name")))
        for order, line in zip(orders, move.invoice_line_ids, strict=True):
            self.assertEqual(line.sale_line_ids, order.order_line)

    def test_job_finds_the_members_of_a_group_beyond_its_batch(self):
        self.company.subscription_batch_size = 1
        orders = self.create_pair()
        self.run_cron()
        self.assertEqual(len(orders.invoice_ids), 2)
        self.run_cron("2027-04-01")
        self.assertEqual(len(orders.invoice_ids), 3)

    def test_group_that_another_worker_is_taking_is_left_to_it(self):
        """Without its advisory lock two workers would take a part each, and both would give up."""
        orders = self.create_pair()
        self.bill(orders)
        self.travel("2027-04-01")
        self.env.flush_all()
        with sql_db.db_connect(self.env.cr.dbname).cursor() as other:
            BillingRun(self.env(cr=other)).lock_partners(self.partner)
            self.assertFalse(BillingRun(self.env).pick(100) & orders)
        self.assertLessEqual(orders, BillingRun(self.env).pick(100))

    def test_invoice_of_the_confirmation_is_never_shared(self):
        old = self.create_contract(self.seat, day="2027-03-01", template=self.together)
        self.bill(old)
        new = self.create_contract(self.support, day="2027-04-01", template=self.together)
        also_new = self.create_contract(self.hosting, template=self.together)
        moves = self.bill(old | new | also_new)
        self.assertEqual(sorted(moves.mapped("amount_untaxed")), [10.0, 33.33, 119.9])
        self.run_cron()
        self.assertEqual(len((old | new | also_new).invoice_ids), 4)

    def test_change_of_one_contract_is_billed_alone(self):
        orders = self.create_pair()
        self.bill(orders)
        self.travel("2027-03-16")
        orders[0].order_line.product_uom_qty = 3
        move = self.bill(orders)
        self.assertEqual(len(move), 1)
        self.assertEqual(move.invoice_line_ids.sale_line_ids, orders[0].order_line)

    # ------------------------------------------------------------------
    # Apart
    # ------------------------------------------------------------------

    def test_terms_that_do_not_ask_for_it_keep_contracts_apart(self):
        self.assertShared(self.create_pair(template=self.template), False)

    def test_one_of_two_terms_is_not_enough(self):
        self.assertShared(self.create_pair(second={"template": self.template}), False)

    def test_customers_are_kept_apart(self):
        other = self.partner.copy({"name": "Someone else"})
        self.assertShared(self.create_pair(second={"partner_id": other.id}), False)

    def test_currencies_are_kept_apart(self):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.currency.id)], limit=1)
        )
        other.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": other.id}
        )
        orders = self.create_pair(second={"pricelist_id": pricelist.id})
        self.assertEqual(orders[1].currency_id, other)
        moves = self.assertShared(orders, False)
        self.assertEqual(moves.currency_id, self.currency | other)

    def test_journals_are_kept_apart(self):
        journal = self.env["account.journal"].create(
            {"name": "Second sales journal", "code": "S2", "type": "sale"}
        )
        orders = self.create_pair(second={"journal_id": journal.id})
        moves = self.assertShared(orders, False)
        self.assertEqual(len(moves.journal_id), 2)

    def test_journals_of_two_templates_are_kept_apart(self):
        journal = self.env["account.journal"].create(
            {"name": "Third sales journal", "code": "S3", "type": "sale"}
        )
        template = self._create_template("Own books", group_invoices=True, journal_id=journal.id)
        moves = self.assertShared(self.create_pair(second={"template": template}), False)
        self.assertIn(journal, moves.journal_id)
        self.assertEqual(len(moves.journal_id), 2)

    def test_payment_terms_are_kept_apart(self):
        later = self.env["account.payment.term"].create(
            {"name": "45 days", "line_ids": [Command.create({"value_amount": 100, "nb_days": 45})]}
        )
        self.assertShared(self.create_pair(second={"payment_term_id": later.id}), False)

    def test_addresses_are_kept_apart(self):
        branch = self.env["res.partner"].create(
            {"name": "Branch", "type": "delivery", "parent_id": self.partner.id}
        )
        orders = self.create_pair(first={"partner_shipping_id": self.partner.id})
        self.assertEqual(orders.partner_shipping_id, self.partner | branch)
        self.assertShared(orders, False)

    def test_drafts_and_posted_invoices_are_kept_apart(self):
        drafts = self._create_template("Drafts", group_invoices=True, invoice_mode="draft")
        moves = self.assertShared(self.create_pair(second={"template": drafts}), False)
        self.assertEqual(sorted(moves.mapped("state")), ["draft", "posted"])

    # ------------------------------------------------------------------
    # Sections
    # ------------------------------------------------------------------

    def create_with_sections(self):
        """Return three contracts, the first and the last with a section that hides its lines."""
        self.travel("2027-03-01")
        section = {"display_type": "line_section", "product_uom_qty": 0}
        hidden = {**section, "collapse_composition": True, "collapse_prices": True}
        return (
            self.create_contract({**hidden, "name": "Office"}, self.seat, template=self.together)
            | self.create_contract(self.support, template=self.together, client_order_ref="PO 7")
            | self.create_contract({**hidden, "name": "Web"}, self.hosting, template=self.together)
        )

    def assertApart(self, move, orders):
        """Each contract stands in its own section of an invoice, and each line says whose it is."""
        lines = move.invoice_line_ids.sorted("sequence")
        named = f"{orders[1].name} (PO 7)"
        self.assertEqual(
            [(line.display_type, line.name.splitlines()[0]) for line in lines],
            [
                ("line_section", "Office"),
                ("product", "Seat"),
                ("line_section", named),
                ("product", "Support"),
                ("line_section", "Web"),
                ("product", "Hosting"),
            ],
        )
        self.assertEqual([line.parent_id for line in lines[1::2]], list(lines[::2]))
        self.assertEqual([line.collapse_composition for line in lines[::2]], [True, False, True])
        self.assertEqual(
            [line.name.splitlines()[-1] for line in lines[1::2]],
            [orders[0].name, named, orders[2].name],
        )

    def test_section_of_a_contract_ends_with_it(self):
        orders = self.create_with_sections()
        self.bill(orders)
        move = self.bill(orders, "2027-04-01")
        self.assertApart(move, orders)
        self.assertLedgerWhole(orders)

    def test_section_of_a_contract_ends_with_it_where_a_person_asks_for_one_invoice(self):
        orders = self.create_with_sections()
        self.bill(orders)
        self.travel("2027-04-01")
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=orders.ids)
        before = orders.invoice_ids
        wizard.create({"consolidated_billing": True}).create_invoices()
        self.assertApart(orders.invoice_ids - before, orders)
        self.assertLedgerWhole(orders)
