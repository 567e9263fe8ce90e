from odoo.tests import new_test_user

from ..common import SubscriptionCommon


class FindingCommon(SubscriptionCommon):
    """Two contracts that ran for three months; one of them is damaged behind the ORM's back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Finding = cls.env["subscription.finding"].sudo()
        cls.manager = new_test_user(
            cls.env, "checker", groups="sale_recurring.group_subscription_manager"
        )

    def setUp(self):
        super().setUp()
        values = self.line_values(self.seat, 2)
        self.order = self.create_contract(values, day="2027-04-01")
        self.bystander = self.create_contract(values)
        self.orders = self.order | self.bystander
        for day in ("2027-04-01", "2027-05-01", "2027-06-01"):
            self.bill(self.orders, day)
        self.line = self.order.order_line
        self.rows = self.order.subscription_billed_period_ids.sorted("start_date")
        self.travel("2027-06-10")
        self.env.flush_all()

    def plant(self, query, *args):
        """Damage the database as no part of the program would."""
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        self.env.cr.execute(query, args)  # pylint: disable=sql-injection
        self.env.invalidate_all()

    def plant_copy(self, table, record, **changes):
        """Insert a copy of a row; everybody reads anew."""
        self.env.flush_all()
        super().plant_copy(table, record, **changes)
        self.env.invalidate_all()

    def check(self):
        """Check the database and both contracts; return what is open."""
        self.Finding._check_database()
        self.Finding._check_contracts(self.orders)
        return self.Finding.search([("state", "=", "open")], order="check, id")

    def assertFound(self, *checks, order=None):
        """The check finds exactly these kinds, names the contract, and says what to do."""
        findings = self.check()
        self.assertEqual(findings.mapped("check"), sorted(checks))
        for finding in findings.filtered(lambda finding: finding.check != "constraint"):
            self.assertEqual(finding.order_id, order or self.order)
            self.assertEqual(finding.company_id, self.company)
            self.assertIn(self.order.name, f"{finding.message} {finding.move_id.invoice_origin}")
            self.assertTrue(finding.cure)
        self.assertEqual(len(self.check()), len(findings), "a second check finds nothing new")
        return findings

    def assertRepaired(self, findings):
        """The repair button heals the damage, says who did it, and leaves nothing to find."""
        action = findings.with_user(self.manager).action_repair()
        self.assertEqual(action["params"]["type"], "success", findings.mapped("message_ids.body"))
        self.assertEqual(set(findings.mapped("state")), {"resolved"})
        self.assertTrue(all(findings.mapped("resolved_at")))
        self.assertIn(self.manager.name, findings[0].message_ids[0].body)
        self.bill(self.orders)
        self.assertFalse(self.check())
        self.assertLedgerWhole(self.orders)

    def assertNotRepairable(self, findings):
        """A person must act: the button says what."""
        for finding in findings:
            self.assertFalse(finding.can_repair)
            with self.assertRefused(finding.cure):
                finding.with_user(self.manager).action_repair()
