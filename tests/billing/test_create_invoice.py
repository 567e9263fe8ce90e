import re
from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon

LINE_FIELDS = (
    "display_type",
    "product_id",
    "quantity",
    "price_unit",
    "discount",
    "product_uom_id",
    "tax_ids",
    "account_id",
    "analytic_distribution",
    "deferred_start_date",
    "deferred_end_date",
    "price_subtotal",
)
ROW_FIELDS = ("kind", "start_date", "end_date", "quantity", "computed_amount", "booked_amount")


@tagged("post_install", "-at_install")
class TestCreateInvoice(SubscriptionCommon):
    """Whoever asks for an invoice of a contract gets what the billing run would bill."""

    def describe(self, moves):
        """Return everything that documents say, to compare those of two equal contracts."""
        return [
            (
                move.move_type,
                move.partner_id,
                move.amount_total,
                [self.describe_line(line) for line in self.get_sorted_lines(move)],
            )
            for move in moves.sorted("id")
        ]

    def describe_line(self, line):
        values = [line[name] for name in LINE_FIELDS]
        rows = [[row[name] for name in ROW_FIELDS] for row in line.subscription_billed_period_ids]
        # A credit names the invoice it is about, of which each contract has its own.
        return [re.sub(r"INV/\S+", "the invoice", line.name), *values, *rows]

    def get_sorted_lines(self, move):
        return move.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))

    def section(self, name, kind="line_section"):
        return {"display_type": kind, "name": name, "product_id": False, "product_uom_qty": 0}

    def create_twins(self, *lines, day="2027-04-11", **values):
        """Return two equal contracts, one for each way to an invoice."""
        return [self.create_contract(*lines, day=day, **values) for _twin in range(2)]

    def get_lines(self):
        return (
            self.section("Services"),
            self.line_values(self.seat, 5, discount=10),
            self.section("per seat", "line_note"),
            self.section("Nothing below"),
            self.section("Care"),
            self.section("Gold", "line_subsection"),
            self.line_values(self.support, 2),
            self.section("Thank you", "line_note"),
        )

    def run_wizard(self, orders, **values):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create({"sale_order_ids": orders.ids, **values})
        )
        action = wizard.create_invoices()
        return orders.invoice_ids.filtered(lambda move: move.state == "draft"), action

    # ------------------------------------------------------------------
    # Equal documents
    # ------------------------------------------------------------------

    def test_core_and_the_run_give_equal_lines(self):
        template = self._create_template(
            "Drafts on the 1st", invoice_mode="draft", alignment="day", billing_day=1
        )
        ours, cores = self.create_twins(*self.get_lines(), template=template)
        mine = self.bill(ours)
        by_core = cores._create_invoices()
        self.assertEqual(self.describe(mine), self.describe(by_core))
        names = self.get_sorted_lines(mine).mapped("name")
        self.assertEqual(len(names), 7)
        self.assertEqual(
            [names[0], *names[2:5], names[6]],
            ["Services", "per seat", "Care", "Gold", "Thank you"],
        )
        for orders in (ours, cores):
            self.assertBillsNothing(orders)
            self.assertLedgerWhole(orders)
        self.assertEqual(ours.subscription_next_invoice_date, cores.subscription_next_invoice_date)

    def test_equal_lines_with_one_off_lines_credits_and_catch_up(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        ours, cores = self.create_twins(*self.get_lines(), self.setup_service, template=template)
        for order in (ours, cores):
            self.bill(order).action_post()
            invoice = order.invoice_ids
            self.book_payment(invoice)
        self.travel("2027-04-21")
        for order in (ours, cores):
            order.order_line.filtered(lambda line: line.product_id == self.seat).product_uom_qty = 3
            order.order_line = [
                Command.create({"product_id": self.setup_service.id, "product_uom_qty": 2})
            ]
        self.travel("2027-06-15")
        mine = self.bill(ours)
        by_core = cores._create_invoices(final=True)
        self.assertEqual(self.describe(mine), self.describe(by_core))
        self.assertEqual(len(mine), 1)
        for order in (ours, cores):
            self.assertBillsNothing(order)
            self.assertLedgerWhole(order)

    def test_equal_credit_notes(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        ours, cores = self.create_twins(self.line_values(self.seat, 5), template=template)
        for order in (ours, cores):
            self.bill(order).action_post()
        self.travel("2027-04-21")
        for order in (ours, cores):
            order._subscription_close(date(2027, 4, 21))
        mine, by_core = self.bill(ours), cores._create_invoices()
        self.assertEqual(mine.mapped("move_type"), ["out_refund"])
        self.assertEqual(self.describe(mine), self.describe(by_core))
        for order in (ours, cores):
            self.assertBillsNothing(order)
            self.assertLedgerWhole(order)

    # ------------------------------------------------------------------
    # Never twice
    # ------------------------------------------------------------------

    def test_wizard_bills_what_is_due_and_only_once(self):
        order = self.create_contract(self.seat, self.setup_service, day="2027-04-01")
        drafts, action = self.run_wizard(order)
        self.assertEqual(drafts.amount_untaxed, 260.0)
        self.assertEqual(action["res_id"], drafts.id)
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 1))
        with self.assertRefused("05/01/2027"):
            self.run_wizard(order)
        with self.assertRefused("Nothing is due today"):
            order._create_invoices(final=True)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)
        self.travel("2027-05-01")
        order._create_invoices()
        self.assertEqual(len(order.invoice_ids), 2)
        self.assertBillsNothing(order)

    def test_every_route_after_every_other_bills_nothing(self):
        routes = {
            "run": lambda order: order._bill_subscriptions(),
            "core": lambda order: order.with_context(
                raise_if_nothing_to_invoice=False
            )._create_invoices(final=True),
            "grouped": lambda order: order.with_context(
                raise_if_nothing_to_invoice=False
            )._create_invoices(grouped=True),
        }
        for first in routes.values():
            for second in routes.values():
                order = self.create_contract(self.seat, self.setup_service, day="2027-04-01")
                self.assertEqual(first(order).amount_untaxed, 260.0)
                self.assertFalse(second(order))
                self.assertLedgerWhole(order)

    def test_mix_of_contracts_and_plain_orders(self):
        contract = self.create_contract(self.seat, self.setup_service, day="2027-04-01")
        later = self.create_contract(
            self.seat, self.setup_service, subscription_start_date="2027-04-20"
        )
        plain = self.create_order(self.line_values(self.setup_service, 3))
        plain.action_confirm()
        orders = contract | later | plain
        drafts, _action = self.run_wizard(orders)
        self.assertEqual(len(drafts), 1)
        self.assertEqual(drafts.amount_untaxed, 260.0 + 750.0)
        self.assertEqual(contract.invoice_ids, plain.invoice_ids)
        self.assertFalse(later.invoice_ids)
        self.assertBillsNothing(contract | later)
        self.assertLedgerWhole(contract | later)

    def test_one_invoice_per_order_when_not_consolidated(self):
        contract = self.create_contract(self.seat, day="2027-04-01")
        plain = self.create_order(self.setup_service)
        plain.action_confirm()
        drafts, _action = self.run_wizard(contract | plain, consolidated_billing=False)
        self.assertEqual(len(drafts), 2)

    def test_contract_in_future_has_nothing_to_invoice(self):
        order = self.create_contract(
            self.seat, self.setup_service, day="2027-04-01", subscription_start_date="2027-04-20"
        )
        with self.assertRefused("04/20/2027"):
            self.run_wizard(order)
        self.assertFalse(order.invoice_ids)

    def test_plain_orders_keep_core_s_sentence(self):
        plain = self.create_order(self.setup_service)
        plain.action_confirm()
        plain._create_invoices()
        with self.assertRefused("No items are available to invoice"):
            plain._create_invoices()

    def test_down_payments_on_contracts_are_refused(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        for values in (
            {"advance_payment_method": "percentage", "amount": 10},
            {"advance_payment_method": "fixed", "fixed_amount": 10},
        ):
            with self.assertRefused("down payment"):
                self.run_wizard(order, **values)
        self.assertEqual(len(order.order_line), 1)

    def test_forced_quantities_do_not_bill_recurring_lines(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        self.bill(order)
        order._force_lines_to_invoice_policy_order()
        self.assertFalse(
            order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True)
        )

    def test_cancelling_the_order_takes_its_drafts_away_and_gives_the_period_back(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_contract(self.seat, day="2027-04-01", template=template)
        draft = self.bill(order)
        order._action_cancel()
        self.assertFalse(draft.exists())
        self.assertLedgerWhole(order)

    # ------------------------------------------------------------------
    # Automatic invoices, rights
    # ------------------------------------------------------------------

    def pay_order(self, order, amount):
        provider = self.env["payment.provider"].search([], limit=1)
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env["payment.method"].search([], limit=1).id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": order.ids,
                "reference": f"{order.name} {amount}",
                "state": "done",
            }
        )

    def test_automatic_invoice_leaves_contracts_to_the_run(self):
        self.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", "True")
        order = self.create_contract(self.seat, day="2027-04-01")
        self.pay_order(order, order.amount_total)._invoice_sale_orders()
        self.assertFalse(order.invoice_ids)
        self.pay_order(order, 1.0)._invoice_sale_orders()
        self.assertEqual(len(order.order_line), 1)
        plain = self.create_order(self.setup_service)
        plain.action_confirm()
        self.pay_order(plain, plain.amount_total)._invoice_sale_orders()
        self.assertEqual(plain.invoice_ids.amount_untaxed, 250.0)

    def test_salesperson_creates_the_invoice_of_an_own_contract(self):
        user = self.env["res.users"].create(
            {
                "name": "Sam Seller",
                "login": "sam.seller",
                "group_ids": [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)],
            }
        )
        order = self.create_contract(self.seat, day="2027-04-01", user_id=user.id)
        order.with_user(user)._create_invoices()
        self.assertEqual(order.invoice_ids.amount_untaxed, 10.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_portal_user_creates_nothing(self):
        portal = self.env["res.users"].create(
            {
                "name": "Pia Portal",
                "login": "pia.portal",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        order = self.create_contract(self.seat, day="2027-04-01")
        self.assertFalse(order.with_user(portal)._create_invoices())
        self.assertFalse(order.invoice_ids)
        self.assertFalse(order.subscription_billed_period_ids)
