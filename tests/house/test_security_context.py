import ast
import re

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ... import const
from ..common import SubscriptionCommon
from ..support.sources import get_sources
from .access_context import get_keys

FOLDERS = ("models", "wizards", "controllers", "report")
# What a caller from outside can send: JSON and nothing else.
SENT = (True, 1, "1", [1, 2], {"value": True}, {"1": [1]})


class TestContextKeys(SubscriptionCommon):
    """Keys are spelled in one place, and open nothing for callers from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "seller", groups="sales_team.group_sale_salesman")
        cls.clerk = new_test_user(cls.env, "clerk", groups="account.group_account_invoice")

    def prepare_once(self):
        super().prepare_once()
        self.contract = self.create_contract(self.seat, user_id=False)
        self.invoice = self.bill(self.contract)

    def test_what_a_caller_sends_is_not_unsealed(self):
        for key in get_keys().values():
            for value in SENT:
                self.assertIsNone(const.unseal({key: value}, key), key)
            self.assertEqual(const.unseal(const.sealed(key, 7), key), 7)

    def test_every_key_is_sealed_or_said_to_be_open(self):
        """Whoever reads a key as it comes names it among those that open nothing."""
        opened = {name for name, key in get_keys().items() if key in const.OPEN_KEYS}
        for path, text in get_sources(*FOLDERS):
            for name in re.findall(r"context(?:\.get\(|\[)const\.(\w+_KEY)", text):
                self.assertIn(name, opened, path)

    def test_no_file_spells_a_key(self):
        spelled = re.compile(r"^(?:in_)?subscription_\w+$")
        for path, text in get_sources(*FOLDERS):
            for node in ast.walk(ast.parse(text)):
                for key in self._get_literal_keys(node):
                    self.assertFalse(spelled.match(key), f"{path}: {key}")

    def _get_literal_keys(self, node):
        """Return context keys that a node of the code sets or reads by a literal."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return []
        if node.func.attr == "with_context":
            return [keyword.arg for keyword in node.keywords if keyword.arg]
        if node.func.attr == "get" and ast.unparse(node.func.value).endswith("env.context"):
            return [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)]
        if node.func.attr == "depends_context":
            return [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        return []

    def test_no_guard_falls(self):
        """Each key, with each value, before what a salesperson and a clerk may not do."""
        rows = self.contract.subscription_billed_period_ids
        before = (rows.ids, self.contract.order_line.price_unit, self.contract.subscription_state)
        for key in get_keys().values():
            for value in SENT[::4]:
                contract = self.contract.with_user(self.seller).with_context(**{key: value})
                invoice = self.invoice.with_user(self.clerk).with_context(**{key: value})
                row = rows.with_user(self.clerk).with_context(**{key: value})
                for function, values in (
                    (contract.write, {"subscription_state": "closed"}),
                    (contract.write, {"subscription_end_date": "2027-02-02"}),
                    (contract.order_line.write, {"price_unit": 1.0}),
                    (contract.order_line.write, {"ledger_revision": 9}),
                    (invoice.write, {"subscription_charge_count": 9}),
                    (row.write, {"booked_amount": 1.0}),
                    (contract.copy, {"subscription_order_type": "renewal"}),
                ):
                    with (
                        self.subTest(key=key, value=value, values=values),
                        self.assertRaises(UserError),
                    ):
                        function(values)
        self.assertEqual(
            before,
            (rows.ids, self.contract.order_line.price_unit, self.contract.subscription_state),
        )

    def test_nothing_is_billed_beyond_its_time(self):
        """Neither ahead, nor twice, nor past the limits, whatever the buttons are told."""
        operator = new_test_user(
            self.env, "operator", groups="sale_recurring.group_subscription_user_all"
        )
        for key in get_keys().values():
            for value in SENT[::4]:
                order = self.contract.with_user(operator).with_context(**{key: value})
                with self.subTest(key=key, value=value):
                    self.assertFalse(order._bill_subscriptions())
                    self.assertFalse(self.contract._bill_subscriptions())

    def test_defaults_of_a_write_end_with_it(self):
        """What comes back from an operation carries no key of the system."""
        amendment = self.contract._create_amendment()
        renewal = self.contract._create_renewal_quotation()
        for record in (amendment, renewal, amendment.order_line):
            sealed = [
                key for key, value in record.env.context.items() if isinstance(value, const.Sealed)
            ]
            self.assertFalse(sealed)
