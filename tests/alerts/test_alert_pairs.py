import json

from odoo.tests import tagged

from ..support.common_alert import AlertCommon

KINDS = (
    "mail",
    "activity",
    "rating",
    "stage",
    "tag",
    "discount",
    "pause",
    "webhook",
    "server",
)
# What cannot be done for a quotation, by how it ends; the mail says why.
QUOTATION = {"discount": "failed", "pause": "failed", "rating": "done"}


@tagged("post_install", "-at_install")
class TestAlertPairs(AlertCommon):
    """Each trigger with each action: it happens, it is written down, and it happens once.

    Each action has a contract of its own, with a customer of its own, for one flag per pair.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mail = cls.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": cls.env["ir.model"]._get_id("sale.order"),
                "subject": "Pair {{ object.name }}",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        cls.stage, cls.watched_stage = cls.env["subscription.stage"].create(
            [{"name": "Call them"}, {"name": "Watched"}]
        )
        cls.tag = cls.env["crm.tag"].create({"name": "Flagged"})
        cls.server = cls.env["ir.actions.server"].create(
            {
                "name": "Count",
                "model_id": cls.env["ir.model"]._get_id("sale.order"),
                "state": "code",
                "code": "records.write({'origin': (records.origin or '') + 'x'})",
            }
        )
        cls.customers = {
            kind: cls.env["res.partner"].create({"name": kind, "email": f"{kind}@example.com"})
            for kind in KINDS
        }
        cls.actions = {
            "mail": {"mail_template_id": cls.mail.id},
            "stage": {"stage_id": cls.stage.id},
            "tag": {"tag_ids": cls.tag.ids},
            "webhook": {"webhook_url": "https://hooks.example.com/x"},
            "server": {"server_action_id": cls.server.id},
        }

    # ------------------------------------------------------------------
    # Support
    # ------------------------------------------------------------------

    def create_contracts(self, *lines, day="2027-02-01", **values):
        """Return a contract for each action, by its kind."""
        return {
            kind: self.create_contract(
                *(lines or (self.line_values(self.seat, 10),)),
                day=day,
                partner_id=self.customers[kind].id,
                **values,
            )
            for kind in KINDS
        }

    def create_flags(self, trigger, **values):
        """Return a flag for each action, by its kind; each is for one customer."""
        return {
            kind: self.create_alert(
                trigger,
                {"kind": kind, **self.actions.get(kind, {})},
                contract_domain=str([("partner_id", "=", self.customers[kind].id)]),
                **values,
            )
            for kind in KINDS
        }

    def count_effects(self, order, kind, trigger):
        """Return how often something was done for a contract."""
        domain = [("order_id", "=", order.id)]
        if kind == "mail":
            return self.env["mail.mail"].search_count([("subject", "=", f"Pair {order.name}")])
        if kind == "activity":
            return len(order.activity_ids.filtered(lambda one: one.summary == f"Flag: {trigger}"))
        if kind == "rating":
            return self.env["subscription.satisfaction"].search_count(domain)
        if kind == "discount":
            steps = order.order_line.segment_ids
            return len(steps.filtered(lambda step: step.discount == 10.0))
        if kind == "webhook":
            calls = self.env["subscription.webhook.call"].search(domain)
            self.assertEqual([json.loads(call.payload)["event"] for call in calls], [trigger])
            return len(calls)
        return {
            "stage": lambda: int(order.subscription_stage_id == self.stage),
            "tag": lambda: len(order.tag_ids),
            "pause": lambda: len(order.subscription_interruption_ids),
            "server": lambda: len(order.origin or ""),
        }[kind]()

    def assertPairs(self, trigger, flags, orders, ends=None):
        """Each flag acts once on its contract, and its log says so, whatever the job repeats.

        :param dict ends: how rows end that cannot be done, by kind
        """
        ends = ends or {}
        for number in range(2):
            self.watch()
            for kind in KINDS:
                with self.subTest(trigger=trigger, kind=kind, number=number):
                    log = flags[kind].log_ids
                    self.assertEqual(
                        (log.order_id, log.state),
                        (orders[kind], ends.get(kind, "done")),
                        log.mapped("note"),
                    )
                    self.assertTrue(log.note and log.done_at)
                    count = 0 if kind in ends else 1
                    self.assertEqual(self.count_effects(orders[kind], kind, trigger), count)

    # ------------------------------------------------------------------
    # Triggers
    # ------------------------------------------------------------------

    def test_health(self):
        orders = self.create_contracts()
        self.watch()
        flags = self.create_flags("health", verdict="bad")
        self.set_rules(("bad", []))
        self.assertPairs("health", flags, orders)

    def test_state(self):
        flags = self.create_flags("state", subscription_state="active")
        self.assertPairs("state", flags, self.create_contracts())

    def test_stage(self):
        orders = self.create_contracts()
        self.watch()
        flags = self.create_flags("stage", stage_id=self.watched_stage.id)
        for order in orders.values():
            order.subscription_stage_id = self.watched_stage
        self.assertPairs("stage", flags, orders)

    def test_created(self):
        flags = self.create_flags("created")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE subscription_alert SET active_since = now() AT TIME ZONE 'UTC' - "
            "interval '5 minutes' WHERE trigger = 'created'"  # rows are stamped with this clock
        )
        self.env.invalidate_all()
        orders = {
            kind: self.create_order(self.seat, partner_id=self.customers[kind].id) for kind in KINDS
        }
        self.assertPairs("created", flags, orders, QUOTATION)

    def test_mrr(self):
        orders = self.create_contracts()
        self.watch()
        flags = self.create_flags("mrr", percent=30.0)
        self.travel("2027-02-10")
        for order in orders.values():
            self.change_quantity(order, 5.0)
        self.assertPairs("mrr", flags, orders)
        # Its own discount takes effect a month later; it must not be followed by another one.
        self.bill(orders["discount"], "2027-03-01")
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_record_mrr").method_direct_trigger()
        self.watch("2027-03-05")
        self.assertEqual(orders["discount"].subscription_mrr, 45.0)
        self.assertEqual(self.count_effects(orders["discount"], "discount", "mrr"), 1)
        self.assertEqual(len(flags["discount"].log_ids), 1)

    def test_charge(self):
        flags = self.create_flags("charge", count=1)
        orders = {}
        for kind in KINDS:
            partner = self.customers[kind]
            token = self.create_token("error", partner=partner)
            orders[kind] = self.create_contract(
                self.seat,
                day="2027-02-01",
                template=self.charged_template,
                partner_id=partner.id,
                subscription_payment_token_id=token.id,
            )
            self.bill(orders[kind])
        self.run_charges()
        self.assertPairs("charge", flags, orders)

    def test_method(self):
        orders = self.create_contracts()
        flags = self.create_flags("method", days=30)
        for kind, order in orders.items():
            token = self.create_token(partner=self.customers[kind])
            token._as_system().subscription_expiry_date = "2027-02-28"
            order.subscription_payment_token_id = token
        self.assertPairs("method", flags, orders)

    def test_rating(self):
        orders = self.create_contracts()
        self.watch()
        flags = self.create_flags("rating", rating=1.0)
        for order in orders.values():
            order.rating_apply(1, token=order._rating_get_access_token())
        self.assertPairs("rating", flags, orders)

    def test_end(self):
        orders = self.create_contracts()
        flags = self.create_flags("end", days=90)
        for order in orders.values():
            order.subscription_last_date = "2027-04-30"
        self.assertPairs("end", flags, orders)

    def test_renewal(self):
        terms = self._create_template("Term", term_count=3, term_unit="month")
        flags = self.create_flags("renewal", days=90)
        self.assertPairs("renewal", flags, self.create_contracts(template=terms))

    def test_trial(self):
        terms = self._create_template("Trial", trial_count=10, trial_unit="day")
        flags = self.create_flags("trial", days=10)
        self.assertPairs("trial", flags, self.create_contracts(template=terms))

    def test_silent(self):
        orders = self.create_contracts()
        flags = self.create_flags("silent", days=20)
        self.travel("2027-02-21")
        self.assertPairs("silent", flags, orders)

    def test_usage(self):
        hours = self._create_product("Hours", 80.0, invoice_policy="delivery")
        orders = self.create_contracts(self.line_values(hours, 10))
        flags = {
            trigger: self.create_flags(trigger, usage=usage)
            for trigger, usage in (("usage_low", 50.0), ("usage_high", 150.0))
        }
        for trigger, day, delivered in (
            ("usage_low", "2027-03-01", 2.0),
            ("usage_high", "2027-04-01", 25.0),
        ):
            self.travel(day)
            running = {kind: one for kind, one in orders.items() if kind != "pause"}
            for order in running.values():
                order.order_line.qty_delivered = delivered
                self.bill(order, day)
            self.watch()
            for kind in running:
                with self.subTest(trigger=trigger, kind=kind):
                    self.assertEqual(self.get_log(flags[trigger][kind]), [(orders[kind], "done")])
