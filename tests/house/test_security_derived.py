from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import SubscriptionCommon

MIXIN = "subscription.protected.mixin"
SENTENCE = "is kept by the system and cannot be written"
# Values by type that another record or another state could be forged with.
FORGED = {
    "boolean": True,
    "char": "forged",
    "text": "forged",
    "date": "2020-01-01",
    "datetime": "2020-01-01 00:00:00",
    "float": 1.0,
    "integer": 1,
    "json": {"1": [1.0, 1.0, 0.0]},
    "monetary": 1.0,
    "many2one": 1,
    "many2many": [Command.link(1)],
    "one2many": [Command.create({})],
}


class TestDerivedFields(SubscriptionCommon):
    """What the system derives is refused from outside: written, nested, as a default or typed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sales = "sale_recurring.group_subscription_user"
        cls.ada, cls.ben = (new_test_user(cls.env, login, groups=sales) for login in ("ada", "ben"))
        cls.seller = new_test_user(cls.env, "seller", groups="sales_team.group_sale_salesman")
        cls.boss = new_test_user(
            cls.env,
            "boss",
            groups="sale_recurring.group_subscription_manager,account.group_account_manager",
        )
        cls.clerk = new_test_user(cls.env, "clerk", groups="account.group_account_invoice")

    def prepare_once(self):
        super().prepare_once()
        self.contract = self.create_contract(self.support, user_id=self.ada.id)
        self.invoice = self.bill(self.contract)
        self.quotation = self.create_order(user_id=self.ben.id)

    def assertForgeryRefused(self, function, *args):
        with self.assertRaises(AccessError) as caught, self.env.cr.savepoint():
            function(*args)
        self.assertIn(SENTENCE, str(caught.exception))

    # ------------------------------------------------------------------
    # Every field
    # ------------------------------------------------------------------

    def _get_protected_models(self):
        return [
            self.env[name]
            for name, model in self.env.registry.items()
            if not model._abstract and not model._transient and hasattr(model, "_as_system")
        ]

    def _get_derived_fields(self, model):
        return [field for field in model._fields.values() if model._is_derived_field(field)]

    def test_every_model_with_a_derived_field_is_protected(self):
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or hasattr(model, "_as_system"):
                continue
            found = [
                field.name
                for field in model._fields.values()
                if field.store
                and field.readonly
                and "sale_recurring" in field._modules
                and field.name not in ("id", "create_uid", "create_date", "write_uid", "write_date")
            ]
            self.assertFalse(found, name)

    def test_no_derived_field_is_written_by_the_highest_rights_of_the_app(self):
        orders = {
            "sale.order": self.contract,
            "sale.order.line": self.contract.order_line,
            "account.move": self.invoice,
            "account.move.line": self.invoice.invoice_line_ids,
        }
        tried = 0
        for model in self._get_protected_models():
            record = orders.get(model._name, model).with_user(self.boss)
            for field in self._get_derived_fields(model):
                value = FORGED.get(field.type) or "forged"
                with self.subTest(model=model._name, field=field.name):
                    self.assertForgeryRefused(record._check_field_access, field, "write")
                    if record:
                        self.assertForgeryRefused(record.write, {field.name: value})
                        default = record.with_context(**{f"default_{field.name}": value})
                        values = {"move_id": self.invoice.id} if "move_id" in model._fields else {}
                        self.assertForgeryRefused(default.create, values)
                tried += 1
        self.assertGreater(tried, 100)

    def test_forms_say_so(self):
        for model in self._get_protected_models():
            facts = model.with_user(self.boss).fields_get(attributes=["readonly"])
            for field in self._get_derived_fields(model):
                self.assertTrue(facts.get(field.name, {"readonly": True})["readonly"], field)

    def test_what_the_audit_wrote_is_derived(self):
        derived = {
            "sale.order": "state anchor_date next_invoice_date frozen_totals quarantined_at "
            "waiting_move_id order_type parent_id origin_id baseline segment_ids "
            "billed_period_ids interruption_ids renewal_ids amendment_ids changed_line_ids",
            "sale.order.line": "parent_line_id replaced_line_id base_quantity cut_segments",
        }
        for model, names in derived.items():
            for name in names.split():
                field = self.env[model]._fields[f"subscription_{name}"]
                self.assertTrue(self.env[model]._is_derived_field(field), field)
        Line = self.env["sale.order.line"]
        for name in (
            "ledger_revision",
            "billed_until_date",
            "matched_until_date",
            "matched_plan_key",
            "one_off_bill_date",
            "segment_ids",
        ):
            self.assertTrue(Line._is_derived_field(Line._fields[name]), name)

    # ------------------------------------------------------------------
    # Other ways in
    # ------------------------------------------------------------------

    def test_an_import_is_refused(self):
        Order = self.env["sale.order"].with_user(self.ben)
        result = Order.load(
            ["partner_id/.id", "subscription_state"], [[str(self.partner.id), "Active"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn(SENTENCE, result["messages"][0]["message"])

    def test_defaults_that_users_save_do_not_count(self):
        Default = self.env["ir.default"].with_user(self.ben)
        Default.set("sale.order", "subscription_order_type", "renewal", user_id=True)
        Default.set("sale.order", "subscription_parent_id", self.contract.id, user_id=True)
        order = self.env["sale.order"].with_user(self.ben).create({"partner_id": self.partner.id})
        self.assertEqual(order.subscription_order_type, "new")
        self.assertFalse(order.subscription_parent_id)

    def test_defaults_of_a_caller_do_not_reach_what_the_system_creates(self):
        order = self.contract.with_user(self.ada).with_context(
            default_kind="forfeit", default_note="forged", default_booked_amount=1e6
        )
        self.travel("2027-03-01")
        moves = order.action_subscription_bill()
        rows = self.contract.subscription_billed_period_ids
        self.assertTrue(moves)
        self.assertFalse(rows.filtered(lambda row: row.note or row.booked_amount > 1000))

    def test_copies_with_links_are_refused(self):
        quotation = self.quotation.with_user(self.ben)
        self.assertForgeryRefused(
            quotation.copy,
            {"subscription_order_type": "amendment", "subscription_parent_id": self.contract.id},
        )

    def test_lines_of_an_order_carry_nothing_derived(self):
        quotation = self.quotation.with_user(self.ben)
        line = quotation.order_line
        for values in ({"ledger_revision": 9}, {"subscription_parent_line_id": 1}):
            command = Command.update(line.id, values)
            self.assertForgeryRefused(quotation.write, {"order_line": [command]})
            command = Command.create({"product_id": self.seat.id, **values})
            self.assertForgeryRefused(quotation.write, {"order_line": [command]})
        self.assertForgeryRefused(
            quotation.web_save, {"subscription_state": "active"}, {"name": {}}
        )

    def test_a_clerk_writes_no_ledger(self):
        """Neither a row, nor through what its amounts follow from."""
        row = self.contract.subscription_billed_period_ids
        line = self.invoice.invoice_line_ids.with_user(self.clerk)
        for values in (
            {"subscription_billed_period_ids": [Command.update(row.id, {"booked_amount": 1})]},
            {"subscription_adjusted_period_id": row.id},
            {"subscription_origin_line_id": line.id},
        ):
            self.assertForgeryRefused(line.write, values)
        nested = {
            "product_id": self.support.id,
            "subscription_billed_period_ids": [
                Command.create({"line_id": self.contract.order_line.id, "kind": "charge"})
            ],
        }
        self.assertForgeryRefused(
            self.env["account.move"].with_user(self.clerk).create,
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [Command.create(nested)],
            },
        )
        for user in (self.clerk, self.boss):
            for values in ({"manual_credit_amount": 5.0}, {"booked_amount": 5.0}):
                self.assertRaises(AccessError, row.with_user(user).write, values)

    # ------------------------------------------------------------------
    # Forged papers
    # ------------------------------------------------------------------

    def test_no_paper_about_a_contract_of_a_colleague(self):
        for kind in ("renewal", "amendment"):
            links = {
                "subscription_order_type": kind,
                "subscription_parent_id": self.contract.id,
                "subscription_origin_id": self.contract.id,
            }
            self.assertForgeryRefused(self.quotation.with_user(self.ben).write, links)
            self.assertForgeryRefused(
                self.env["sale.order"].with_user(self.ben).create,
                {"partner_id": self.partner.id, **links},
            )

    def test_a_form_shows_nothing_of_a_contract_that_a_caller_names(self):
        secret = self.contract.order_line.product_id.display_name
        asked = {
            "subscription_order_type": {},
            "subscription_parent_id": {"fields": {"display_name": {}}},
            "subscription_renewal_changes": {},
            "subscription_preview": {},
            "subscription_baseline": {},
            "subscription_is_outdated": {},
            "order_line": {"fields": {"name": {}, "subscription_parent_line_id": {"fields": {}}}},
        }
        asked = {name: spec for name, spec in asked.items() if name in self.contract._fields}
        forged = {
            "partner_id": self.partner.id,
            "subscription_parent_id": self.contract.id,
            "subscription_baseline": {str(self.contract.order_line.id): [1.0, 1.0, 0.0]},
        }
        for kind in ("renewal", "amendment"):
            for order in (self.quotation, self.quotation.browse()):
                found = order.with_user(self.ben).onchange(
                    {**forged, "subscription_order_type": kind}, ["partner_id"], asked
                )
                self.assertNotIn(secret, str(found))
                self.assertNotIn(self.contract.name, str(found))

    def test_a_form_takes_no_links_of_its_context(self):
        Order = self.env["sale.order"].with_user(self.ben)
        forged = Order.with_context(
            default_subscription_order_type="amendment",
            default_subscription_parent_id=self.contract.id,
        )
        asked = {"subscription_parent_id": {"fields": {"display_name": {}}}, "order_line": {}}
        found = forged.onchange({}, [], asked)
        self.assertFalse(found["value"]["subscription_parent_id"])

    def test_a_line_form_shows_nothing_of_a_contract_that_a_caller_names(self):
        Line = self.env["sale.order.line"].with_user(self.ben)
        parent = {
            "partner_id": self.partner.id,
            "subscription_order_type": "amendment",
            "subscription_parent_id": self.contract.id,
        }
        values = Line._drop_derived_values(
            {"order_id": parent, "subscription_parent_line_id": self.contract.order_line.id}
        )
        self.assertNotIn("subscription_parent_line_id", values)
        self.assertNotIn("subscription_parent_id", values["order_id"])
        self.assertNotIn("amendment", str(values))

    # ------------------------------------------------------------------
    # Lines and steps of somebody else
    # ------------------------------------------------------------------

    def test_a_ramp_step_stays_with_those_who_may_write_its_line(self):
        strange = self.create_order(user_id=self.ada.id)
        own = self.quotation.with_user(self.ben)
        Step = self.env["subscription.ramp.step"].with_user(self.ben)
        step = Step.create({"line_id": own.order_line.id, "period": 2, "quantity": 5})
        for values in (
            {"line_id": strange.order_line.id},
            {"line_id": strange.order_line.id, "order_id": own.id},
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                step.write(values)
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                Step.create({**values, "period": 3})
        step.write({"order_id": strange.id})
        self.assertEqual(step.order_id, own)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            own.order_line.ramp_step_ids = [
                Command.update(step.id, {"line_id": strange.order_line.id})
            ]

    def test_a_line_moves_to_no_contract_of_somebody_else(self):
        strange = self.create_order(user_id=self.ada.id)
        own = self.quotation.with_user(self.ben).order_line
        for order in (strange, self.contract):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                own.order_id = order.id
        with self.assertRaises(UserError), self.env.cr.savepoint():
            own.with_user(self.boss).order_id = self.contract.id
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.contract.with_user(self.boss).order_line.order_id = self.quotation.id
