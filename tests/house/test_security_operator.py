import ast
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import SubscriptionCommon

RIGHT = "Only users of Subscriptions may run contracts"
ADDON = Path(__file__).parents[2]
# What buttons and dialogs call without asking for the right: it reads, or belongs to quotations, or
# whoever calls asks first.
ASKED_BEFORE = {
    "_create_invoices",  # core's own button, with core's right to make invoices
    "_bill_or_quarantine",
    "_bill_subscriptions",
    "_nothing_to_invoice_error_message",
    "_refresh_amendment",
    "_release_quarantine",
    "_run_or_quarantine",
    "_subscription_claim",
    "_subscription_forget_start",
    "_subscription_refresh_quote",
    "_subscription_refresh_state",
    "_subscription_today",
    "_take_renewal_changes",
    "_without_billing_limits",
}
READERS = ("_check", "_compute", "_get", "_has", "_is", "_prepare", "_split")


def get_calls(node):
    """Return names of the methods that some code calls."""
    return {
        call.func.attr
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    }


def get_order_methods():
    """Return {name: definitions} of all that the addon adds to orders."""
    found = {}
    for path in sorted((ADDON / "models").rglob("sale_order*.py")):
        for part in ast.parse(path.read_text()).body:
            if isinstance(part, ast.ClassDef) and part.name == "SaleOrder":
                for node in part.body:
                    if isinstance(node, ast.FunctionDef):
                        found.setdefault(node.name, []).append(node)
    return found


def find_unguarded(methods):
    """Return what buttons and dialogs call that changes orders and asks for no right."""
    called = set()
    for path in (ADDON / "wizards").rglob("*.py"):
        called |= get_calls(ast.parse(path.read_text()))
    for name in methods:
        if name.startswith("action_"):
            called |= set().union(*map(get_calls, methods[name]))
    return {
        name
        for name in called & methods.keys()
        if name.startswith("_")
        and not name.startswith(READERS)
        and not any("_check_subscription_operator" in get_calls(node) for node in methods[name])
    }


class TestOperator(SubscriptionCommon):
    """Who sells or keeps the books does not change what a running contract bills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.actors = [
            new_test_user(cls.env, login, groups=group)
            for login, group in (
                ("seller", "sales_team.group_sale_salesman"),
                ("sales_manager", "sales_team.group_sale_manager"),
                ("clerk", "account.group_account_manager"),
            )
        ]
        cls.operator = new_test_user(
            cls.env, "operator", groups="sale_recurring.group_subscription_user_all"
        )

    def prepare_once(self):
        super().prepare_once()
        self.contract = self.create_contract(self.seat, user_id=False)
        self.bill(self.contract)

    def assertNotAllowed(self, function, *args, **kwargs):
        with self.assertRaises(AccessError) as caught, self.env.cr.savepoint():
            function(*args, **kwargs)
        self.assertIn(RIGHT, str(caught.exception))

    def test_lines_of_a_running_contract(self):
        other = self.line_values(self.support)
        for actor in self.actors:
            contract = self.contract.with_user(actor)
            line = contract.order_line
            for values in (
                {"price_unit": 1.0},
                {"product_uom_qty": 99.0},
                {"discount": 100.0},
                {"recurrence_id": self.year.id},
                {"tax_ids": [Command.clear()]},
            ):
                self.assertNotAllowed(line.write, values)
                self.assertNotAllowed(
                    contract.write, {"order_line": [Command.update(line.id, values)]}
                )
            if actor != self.actors[-1]:  # who keeps the books adds no lines at all
                self.assertNotAllowed(contract.write, {"order_line": [Command.create(other)]})

    def test_terms_and_end_of_a_running_contract(self):
        template = self._create_template("Other terms")
        for actor in self.actors:
            contract = self.contract.with_user(actor)
            for values in (
                {"subscription_end_date": "2027-02-01"},
                {"subscription_template_id": template.id},
                {"subscription_end_action": "close"},
                {"subscription_term_count": 1},
                {"subscription_commitment_end_date": False},
                {"subscription_payment_token_id": False},
                {"partner_id": self.company.partner_id.id},
                {"payment_term_id": False},
                {"state": "cancel"},
            ):
                with self.subTest(actor=actor.login, values=values):
                    self.assertNotAllowed(contract.write, values)

    def test_operations_guard_themselves(self):
        day = self.today
        for actor in self.actors:
            contract = self.contract.with_user(actor)
            for function, args in (
                (contract._subscription_close, (day,)),
                (contract._subscription_pause, (day,)),
                (contract._subscription_resume, (day,)),
                (contract._subscription_reopen, (day,)),
                (contract._subscription_keep, ()),
                (contract._create_amendment, ()),
                (contract._subscription_bill_next_period, (day,)),
                (contract._subscription_switch, (self.template, self.year)),
                (contract._create_renewal_quotation, ()),
                (contract._action_cancel, ()),
                (contract._subscription_change_line, (contract.order_line, day, 5)),
            ):
                with self.subTest(actor=actor.login, name=function.__name__):
                    self.assertNotAllowed(function, *args)

    def test_every_operation_behind_a_button_guards_itself(self):
        methods = get_order_methods()
        self.assertGreater(len(find_unguarded({**methods, "action_x": []})), 10)
        self.assertEqual(find_unguarded(methods), ASKED_BEFORE)

    def test_an_operation_without_a_guard_is_seen(self):
        planted = ast.parse("def action_x(self): self._subscription_give_away()").body[0]
        operation = ast.parse("def _subscription_give_away(self): self.write({})").body[0]
        methods = get_order_methods()
        methods |= {"action_x": [planted], "_subscription_give_away": [operation]}
        self.assertEqual(find_unguarded(methods) - ASKED_BEFORE, {"_subscription_give_away"})

    def test_a_renewal_is_confirmed_by_who_runs_its_contract(self):
        renewal = self.contract._create_renewal_quotation()
        self.assertNotAllowed(renewal.with_user(self.actors[1]).action_confirm)
        renewal.with_user(self.operator).action_confirm()
        self.assertEqual(renewal.state, "sale")

    def test_remarks_are_for_everybody_who_may_write_the_order(self):
        contract = self.contract.with_user(self.actors[1])
        contract.write({"note": "Call before noon", "client_order_ref": "PO 7"})
        contract.user_id = self.actors[0]
        contract.order_line.name = "Seat of Ada"
        self.assertEqual(self.contract.client_order_ref, "PO 7")

    def test_who_runs_contracts_changes_them(self):
        contract = self.contract.with_user(self.operator)
        contract.order_line.product_uom_qty = 3.0
        contract.subscription_end_date = "2027-12-31"
        self.assertEqual(self.contract.order_line.product_uom_qty, 3.0)

    def test_a_salesperson_still_sells(self):
        order = self.create_order(user_id=self.actors[0].id).with_user(self.actors[0])
        order.order_line.price_unit = 8.0
        order.action_confirm()
        self.assertEqual(order.subscription_state, "active")
        self.assertNotAllowed(order.order_line.write, {"price_unit": 1.0})
