from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.warm import WarmCase
from .access_models import EXPECTED, OPERATIONS, ROLES


def get_stored_models(env):
    """Return the models of the addon that keep records."""
    models = env["ir.model"].search([("model", "=like", "subscription.%")])
    return [
        model.model
        for model in models
        if not env[model.model]._abstract and not env[model.model]._transient
    ]


@tagged("post_install", "-at_install")
class TestAccessMatrix(WarmCase):
    """Role x model x operation, against a table."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(cls.env, f"matrix_{index}", groups=group)
            for index, (role, group) in enumerate(ROLES.items())
        }

    def test_every_stored_model_is_in_the_table(self):
        self.assertEqual(set(get_stored_models(self.env)), set(EXPECTED))

    def test_every_role_may_do_what_the_table_says(self):
        found = {
            model: {role: self._get_rights(model, role) for role in ROLES} for model in EXPECTED
        }
        expected = {
            model: {role: rights.get(role, "") for role in ROLES}
            for model, rights in EXPECTED.items()
        }
        self.assertEqual(found, expected)

    def _get_rights(self, model, role):
        model = self.env[model].with_user(self.users[role])
        return "".join(letter for letter, name in OPERATIONS.items() if model.has_access(name))

    def test_every_stored_model_has_a_company_rule(self):
        for model in get_stored_models(self.env):
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", model), ("groups", "=", False)]
            )
            self.assertIn("company_ids", " ".join(rules.mapped("domain_force")), model)

    def test_administrators_are_those_who_install(self):
        manager = self.env.ref("sale_recurring.group_subscription_manager")
        manager = manager.with_context(active_test=False)
        users = self.env.ref("base.user_admin") + self.env.ref("base.user_root")
        self.assertLessEqual(users, manager.user_ids)


@tagged("post_install", "-at_install")
class TestRecordRules(WarmCase):
    """Own documents, and companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.month = cls.env.ref("sale_recurring.recurrence_month")
        cls.company = cls.env.company
        cls.other_company = cls.env["res.company"].create({"name": "Other"})
        cls.product = cls.env["product.product"].create(
            {"name": "Seat", "type": "service", "list_price": 10.0, "is_recurring": True}
        )
        group = "sale_recurring.group_subscription_user"
        cls.ada, cls.ben = (new_test_user(cls.env, login, groups=group) for login in ("ada", "ben"))
        cls.boss = new_test_user(
            cls.env, "boss", groups="sale_recurring.group_subscription_user_all"
        )
        cls.auditor = new_test_user(
            cls.env, "auditor", groups=f"{group},account.group_account_readonly"
        )
        cls.partner = cls.env["res.partner"].create({"name": "Customer"})
        cls.orders = cls.env["sale.order"].create(
            [cls._prepare_order(user) for user in (cls.ada, cls.ben, cls.env["res.users"])]
        )
        cls.documents = [cls._create_documents(order) for order in cls.orders]

    @classmethod
    def _prepare_order(cls, user):
        return {
            "partner_id": cls.partner.id,
            "user_id": user.id,
            "order_line": [Command.create({"product_id": cls.product.id})],
        }

    @classmethod
    def _create_documents(cls, order):
        """Give an order a step, a billed period and a pause."""
        line = order.order_line
        Segment = cls.env["subscription.segment"]
        segment = Segment.create(
            Segment._prepare_segment_values(line, line._get_typed_segments(date(2025, 1, 1))[0])
        )
        terms = Segment._prepare_terms_values(segment._get_engine_terms(), segment.currency_id)
        row = cls.env["subscription.billed.period"].create(
            {
                **terms,
                "line_id": line.id,
                "kind": "charge",
                "revision": 1,
                "n": 0,
                "start_date": "2025-01-01",
                "end_date": "2025-02-01",
                "full_start_date": "2025-01-01",
                "full_end_date": "2025-02-01",
                "quantity": 1,
            }
        )
        pause = cls.env["subscription.interruption"].create(
            {"order_id": order.id, "start_date": "2025-03-01", "end_date": "2025-03-05"}
        )
        return segment, row, pause

    def _get_visible_orders(self, user, index):
        model = self.documents[0][index]._name
        found = self.env[model].with_user(user).search([("order_id", "in", self.orders.ids)])
        return found.order_id

    def test_user_sees_own_documents_and_those_of_nobody(self):
        for index in range(3):
            own = self.orders[0] + self.orders[2]
            self.assertEqual(self._get_visible_orders(self.ada, index), own)

    def test_user_of_all_sees_the_documents_of_everybody(self):
        for user in (self.boss, self.auditor):
            for index in range(3):
                self.assertEqual(self._get_visible_orders(user, index), self.orders)

    def test_documents_of_another_company_are_hidden(self):
        self.boss.write(
            {
                "company_ids": [Command.set(self.other_company.ids)],
                "company_id": self.other_company.id,
            }
        )
        for index in range(3):
            self.assertFalse(self._get_visible_orders(self.boss, index))

    def test_customer_reads_no_remark_that_is_meant_for_colleagues(self):
        customer = new_test_user(self.env, "customer", groups="base.group_portal")
        order = self.orders[0]
        order.partner_id = customer.partner_id
        order.message_subscribe(customer.partner_id.ids)
        order.with_user(customer).read(["name", "subscription_state"])
        for name in ("subscription_close_note", "subscription_quarantine_reason"):
            with self.assertRaises(AccessError):
                order.with_user(customer).read([name])

    def test_setup_of_another_company_is_hidden(self):
        values = {
            "subscription.recurrence": {"name": "R", "count": 1},
            "subscription.template": {"name": "T", "recurrence_id": self.month.id},
            "subscription.stage": {"name": "S"},
            "subscription.close.reason": {"name": "C"},
            "subscription.price": {
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "recurrence_id": self.month.id,
                "price": 1.0,
            },
        }
        for model, vals in values.items():
            theirs, ours, shared = self.env[model].create(
                [
                    vals | {"company_id": company.id}
                    for company in (
                        self.other_company,
                        self.company,
                        self.env["res.company"],
                    )
                ]
            )
            visible = self.env[model].with_user(self.ada).search([])
            self.assertLessEqual(ours + shared, visible, model)
            self.assertNotIn(theirs, visible, model)
