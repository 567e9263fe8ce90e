from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ...models.portal.customer_acts import CustomerActs
from ..support.common_dunning import DunningCommon


@tagged("post_install", "-at_install")
class TestBranch(DunningCommon):
    """A branch sells on its parent's terms, charges its provider, and follows its policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {"name": "Branch", "parent_id": cls.company.id, "subscription_tz": "UTC"}
        )
        cls.cr.precommit.run()  # core gives a branch its chart of accounts then
        cls.policy.company_id = cls.company
        cls.policy.step_ids.company_id  # noqa: B018 - related
        cls.charged_template.company_id = cls.company
        cls.recurrence = cls.env["subscription.recurrence"].create(
            {"name": "Parent's", "unit": "month", "count": 1, "company_id": cls.company.id}
        )
        cls.charged_template.recurrence_ids |= cls.recurrence
        cls.clerk = new_test_user(
            cls.env,
            "branch_clerk",
            "sales_team.group_sale_manager,account.group_account_invoice",
            company_id=cls.branch.id,
            company_ids=[Command.set(cls.branch.ids)],
        )

    def create_branch_contract(self, state="done", **values):
        """Let somebody who works for the branch only sell on the terms of the parent."""
        order = self.create_order(
            self.line_values(self.seat, 3),
            template=self.charged_template,
            company_id=self.branch.id,
            subscription_payment_token_id=self.create_token(state).id,
            **values,
        )
        order.user_id = self.clerk
        order.with_user(self.clerk).with_company(self.branch).action_confirm()
        return order.with_company(self.branch)

    def test_quotation_to_paid_invoice(self):
        order = self.create_branch_contract()
        self.assertEqual(order.subscription_template_id, self.charged_template)
        invoice = self.bill(order)
        self.assertEqual(invoice.company_id, self.branch)
        self.run_charges()
        tx = invoice.transaction_ids
        self.assertEqual((tx.state, tx.amount, tx.company_id), ("done", 36, self.company))
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(tx.payment_id.company_id, self.company)
        self.assertFalse(order.activity_ids)
        self.assertNothingFound(order)

    def test_two_charges_are_booked_together(self):
        orders = self.create_branch_contract() | self.create_branch_contract()
        invoices = self.bill(orders)
        self.run_charges()
        self.assertEqual(invoices.mapped("amount_residual"), [0, 0])
        self.assertEqual(invoices.transaction_ids.payment_id.mapped("amount"), [36, 36])

    def test_stage_and_close_reason_of_the_parent(self):
        stage = self.env["subscription.stage"].create(
            {
                "name": "Parent's",
                "sequence": -1,
                "subscription_state": "active",
                "company_id": self.company.id,
            }
        )
        reason = self.env["subscription.close.reason"].create(
            {"name": "Parent's", "company_id": self.company.id}
        )
        order = self.create_branch_contract()
        self.assertEqual(order.subscription_stage_id, stage)
        self.assertIn(reason, CustomerActs(order).get_reasons())

    def test_request_that_is_paid_first(self):
        self.charged_template.payment_mode = "after_payment"
        order = self.create_branch_contract()
        draft = self.bill(order)
        self.run_charges()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))
        self.assertEqual(draft.company_id, self.branch)
        self.assertFalse(order.activity_ids)

    def test_late_invoice_follows_the_policy(self):
        order = self.create_branch_contract("error")
        invoice = self.bill(order)
        self.run_charges()
        self.run_dunning("2027-02-03")
        self.assertEqual(
            self.get_events(invoice),
            [("2027-02-03", "charge", "done"), ("2027-02-03", "remind", "done")],
        )
        order.subscription_payment_token_id.demo_simulated_state = "done"
        self.run_dunning("2027-02-07")
        self.assertFalse(invoice.amount_residual)

    def test_default_terms_of_the_parent(self):
        self.company.subscription_template_id = self.charged_template
        templates = self.env["subscription.template"].search([])
        (templates - self.charged_template).active = False
        self.assertEqual(self.branch._get_subscription_template(), self.charged_template)
        order = self.create_order(self.seat, company_id=self.branch.id)
        order.subscription_template_id = False
        self.branch.subscription_template_id = self.charged_template
        self.assertEqual(order._get_subscription_template(), self.charged_template)

    def test_a_customer_pays_a_quotation_by_the_providers_of_the_parent(self):
        order = self.create_order(
            self.line_values(self.seat, 3),
            template=self.charged_template,
            company_id=self.branch.id,
        )
        tx = self.create_payment(order, reference="by form", amount=36)
        tx._set_done()
        tx._post_process()
        self.assertEqual(order.subscription_state, "active")
        invoice = self.bill(order)
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(invoice.company_id, self.branch)
        self.assertFalse(order.activity_ids)
        self.assertNothingFound(order)

    def test_own_template_of_the_branch_with_the_policy_of_the_parent(self):
        terms = self._create_template(
            "Branch terms",
            company_id=self.branch.id,
            dunning_policy_id=self.policy.id,
            recurrence_id=self.recurrence.id,
        )
        self.assertEqual(terms.dunning_policy_id, self.policy)
        quotation = self.env["sale.order.template"].create(
            {
                "name": "Branch quotation",
                "company_id": self.branch.id,
                "subscription_template_id": self.charged_template.id,
            }
        )
        self.assertEqual(quotation.subscription_template_id, self.charged_template)

    def pay_too_much(self, invoice):
        """Let the customer pay 10.00 more than is open, by the provider of the parent."""
        tx = self.create_payment(
            self.env["sale.order"],
            sale_order_ids=False,
            reference="too much",
            amount=invoice.amount_residual + 10,
            currency_id=invoice.currency_id.id,
            partner_id=invoice.partner_id.id,
            invoice_ids=[Command.set(invoice.ids)],
        )
        tx._set_done()
        tx._post_process()
        return tx.payment_id

    def test_what_the_parent_was_paid_too_much_is_taken_off_the_next_invoice(self):
        order = self.create_branch_contract()
        payment = self.pay_too_much(self.bill(order))
        self.assertEqual(payment.company_id, self.company)
        self.assertEqual(order.activity_ids.mapped("subscription_matter"), ["overpaid"])
        payment.action_subscription_credit_next()
        self.assertEqual(order._get_credit_balance(), 10)
        invoice = self.bill(order, "2027-02-28")
        self.assertEqual(invoice.amount_residual, 26)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.mapped("amount"), [26])
        self.assertFalse(invoice.amount_residual)
        self.assertFalse(order.activity_ids)

    def test_it_is_taken_off_the_next_request(self):
        self.charged_template.payment_mode = "after_payment"
        order = self.create_branch_contract()
        self.bill(order)
        self.run_charges()
        payment = self.pay_too_much(order.invoice_ids)
        payment.action_subscription_credit_next()
        draft = self.bill(order, "2027-02-28")
        self.assertEqual(draft._get_amount_to_charge(), 26)
        self.run_charges()
        self.assertEqual((draft.state, draft.amount_residual), ("posted", 0))

    def test_money_with_the_parent_that_pays_nothing_yet_is_seen_in_dunning(self):
        order = self.create_branch_contract("error")
        invoice = self.bill(order)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": 36,
                "journal_id": self.provider.journal_id.id,
            }
        )
        payment.action_post()
        self.assertEqual(payment.company_id, self.company)
        self.assertEqual(invoice._get_customer_credit(), 36)
