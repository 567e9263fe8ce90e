from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import SubscriptionCommon

RIGHT = "Only users of Subscriptions may run contracts"


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

    def setUp(self):
        super().setUp()
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
        terms = self._create_template("Other terms")
        for actor in self.actors:
            contract = self.contract.with_user(actor)
            for values in (
                {"subscription_end_date": "2027-02-01"},
                {"subscription_template_id": terms.id},
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
                (contract._create_renewal_quotation, ()),
                (contract._action_cancel, ()),
                (contract._subscription_change_line, (contract.order_line, day, 5)),
            ):
                with self.subTest(actor=actor.login, name=function.__name__):
                    self.assertNotAllowed(function, *args)

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
