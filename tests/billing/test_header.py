from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestHeader(SubscriptionCommon):
    """The head of a draft follows its contract, and a shared invoice says whose its lines are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.drafts = cls._create_template("Drafts", invoice_mode="draft")
        cls.branch = cls.env["res.partner"].create(
            {"name": "Branch", "parent_id": cls.partner.id, "type": "other"}
        )

    def create_draft(self):
        order = self.create_contract(template=self.drafts)
        return order, self.bill(order)

    def test_untouched_draft_is_made_anew_for_another_address_term_or_reference(self):
        term = self.env.ref("account.account_payment_term_30days")
        for vals in (
            {"partner_invoice_id": self.branch.id},
            {"payment_term_id": term.id},
            {"client_order_ref": "PO 4711"},
        ):
            with self.subTest(**vals):
                order, draft = self.create_draft()
                order.write(vals)
                self.assertFalse(draft.exists())
                self.run_cron()
                again = order.invoice_ids
                self.assertEqual(len(again), 1)
                self.assertEqual(again.partner_id, order.partner_invoice_id)
                self.assertEqual(again.invoice_payment_term_id, order.payment_term_id)
                self.assertEqual(again.ref, order.client_order_ref or order.name)
                self.assertBillsNothing(order)
                self.assertLedgerWhole(order)

    def test_untouched_draft_is_made_anew_for_other_taxes_journal_method_or_note(self):
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad"})
        exempt = self._create_tax(0)
        exempt.write({"fiscal_position_ids": abroad.ids, "original_tax_ids": self.tax.ids})
        journal = self.env["account.journal"].create(
            {"name": "Other sales", "code": "OTH", "type": "sale"}
        )
        method = self.env["account.payment.method.line"].search(
            [("journal_id.type", "=", "bank"), ("payment_type", "=", "inbound")], limit=1
        )
        for values, name in (
            ({"fiscal_position_id": abroad.id}, "fiscal_position_id"),
            ({"journal_id": journal.id}, "journal_id"),
            ({"preferred_payment_method_line_id": method.id}, "preferred_payment_method_line_id"),
            ({"note": "<p>Pay by May</p>"}, "narration"),
        ):
            with self.subTest(**values):
                order, draft = self.create_draft()
                before = draft[name]
                order.write(values)
                if name == "fiscal_position_id":
                    order._recompute_taxes()
                self.assertFalse(draft.exists())
                self.run_cron()
                again = order.invoice_ids
                self.assertEqual(len(again), 1)
                self.assertNotEqual(again[name], before)
                self.assertEqual(again.amount_tax, 0.0 if name == "fiscal_position_id" else 2.0)
                self.assertBillsNothing(order)
                self.assertLedgerWhole(order)

    def test_untouched_draft_is_made_anew_for_other_taxes_words_or_accounts_of_a_line(self):
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        account = self.env["account.analytic.account"].create({"name": "A", "plan_id": plan.id})
        other = self._create_tax(7)
        for values in (
            {"tax_ids": [Command.set(other.ids)]},
            {"name": "Seat on the left"},
            {"analytic_distribution": {str(account.id): 100.0}},
        ):
            with self.subTest(**values):
                order, draft = self.create_draft()
                order.order_line = [Command.update(order.order_line.id, values)]
                self.assertFalse(draft.exists())
                self.run_cron()
                line, sold = order.invoice_ids.invoice_line_ids, order.order_line
                self.assertEqual(len(line), 1)
                self.assertEqual(line.tax_ids, sold.tax_ids)
                self.assertIn(sold.name, line.name)
                self.assertEqual(line.analytic_distribution, sold.analytic_distribution)
                self.assertBillsNothing(order)
                self.assertLedgerWhole(order)

    def test_draft_that_says_the_same_stays(self):
        order, draft = self.create_draft()
        order.note = "<p>Thanks</p>"
        self.run_cron()
        draft = order.invoice_ids
        order.write(
            {
                "partner_invoice_id": self.partner.id,
                "client_order_ref": False,
                "fiscal_position_id": order.fiscal_position_id.id,
                "journal_id": False,
                "note": order.note,
            }
        )
        self.assertTrue(draft.exists())

    def test_what_a_clerk_wrote_on_a_draft_matters_only_when_the_contract_says_another(self):
        order, draft = self.create_draft()
        draft.narration = "<p>By hand</p>"
        order.client_order_ref = False
        self.assertFalse(draft.activity_ids)

    def test_edited_draft_asks_for_a_decision(self):
        order, draft = self.create_draft()
        draft.invoice_line_ids.price_unit = 7.0
        order.partner_invoice_id = self.branch
        self.assertEqual(draft.partner_id, self.partner)
        self.assertTrue(draft.activity_ids)

    def test_shared_invoice_says_whose_its_lines_are_and_keeps_all_notes(self):
        together = self._create_template("Together", group_invoices=True)
        self.travel("2027-03-01")
        orders = self.env["sale.order"]
        for number, product in enumerate((self.seat, self.support)):
            order = self.create_contract(product, template=together)
            order.write({"note": f"<p>Note {number}</p>", "client_order_ref": f"PO {number}"})
            orders |= order
        self.bill(orders)
        move = self.bill(orders, "2027-04-01")
        self.assertEqual(len(move), 1)
        for number, order in enumerate(orders):
            self.assertIn(f"Note {number}", move.narration)
            line = move.invoice_line_ids.filtered(
                lambda line, order=order: line.sale_line_ids.order_id == order
            )
            self.assertIn(f"{order.name} (PO {number})", line.name)

    def test_reason_that_goes_away_by_itself_is_tried_again_by_the_run(self):
        order = self.create_contract()
        other = self.create_contract(self.support)
        order._quarantine(UserError("The books of January are locked."))
        other._quarantine(UserError("The product has no account."))
        self.run_cron()
        self.assertFalse(order.invoice_ids, "not on the same day")
        self.run_cron("2027-02-01")
        self.assertFalse(order.subscription_quarantined_at)
        self.assertFalse(order.activity_ids)
        self.assertEqual(order.invoice_count, 1)

    def test_lock_date_of_last_night_stops_one_day_only(self):
        order = self.create_contract()
        self.company.hard_lock_date = "2027-01-31"
        self.run_cron()
        self.assertIn("01/31/2027", order.subscription_quarantine_reason)
        self.run_cron("2027-02-01")
        self.assertFalse(order.subscription_quarantined_at)
        self.assertEqual(order.invoice_count, 1)

    def test_reason_that_stays_is_told_once(self):
        account = self.env["account.account"].create(
            {"name": "Old income", "code": "499998", "account_type": "income"}
        )
        product = self._create_product("Sauna", 50.0, property_account_income_id=account.id)
        order = self.create_contract(product)
        account.active = False
        self.run_cron()
        activity = order.activity_ids
        since = order.subscription_quarantined_at
        self.assertTrue(since)
        self.run_cron("2027-02-01")
        self.assertEqual(order.subscription_quarantined_at, since)
        self.assertEqual(order.activity_ids, activity)
