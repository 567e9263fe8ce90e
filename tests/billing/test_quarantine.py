from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ...engine.errors import DuplicateRow
from ...explain import explain
from ..common import SubscriptionCommon

RUN_LOGGER = "odoo.addons.sale_recurring.models.billing.sale_order_quarantine"


@tagged("post_install", "-at_install")
class TestQuarantine(SubscriptionCommon):
    """One broken contract never stops the run: it waits with a reason until somebody cures it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.env["res.users"].create(
            {
                "name": "Sally Seller",
                "login": "sally",
                "email": "sally@example.com",
                "group_ids": [Command.set([cls.env.ref("sales_team.group_sale_salesman").id])],
            }
        )

    def prepare_once(self):
        super().prepare_once()
        self.travel("2027-04-01")
        self.healthy = self.create_contract(self.seat) | self.create_contract(self.support)

    def create_order(self, *lines, **values):
        return super().create_order(*lines, **{"user_id": self.seller.id, **values})

    def get_quarantined(self):
        """Return what the menu *In Quarantine* shows."""
        action = self.env.ref("sale_recurring.subscription_quarantine_action")
        return self.env["sale.order"].search([("subscription_quarantined_at", "!=", False)]) & (
            self.env["sale.order"].search(safe_eval(action.domain))
        )

    def get_warnings(self, order):
        warning = self.env.ref("sale_recurring.mail_activity_quarantine")
        return order.activity_ids.filtered(lambda activity: activity.activity_type_id == warning)

    def assertBroken(self, order, reason):
        """The run bills the healthy contracts and says of the broken one what is wrong."""
        before = order.invoice_ids
        self.run_cron()
        self.assertEqual(self.healthy.mapped("invoice_count"), [1, 1])
        self.assertEqual(order.invoice_ids, before)
        self.assertIn(reason, order.subscription_quarantine_reason)
        self.assertEqual(self.get_quarantined(), order)
        activity = self.get_warnings(order)
        self.assertEqual(activity.summary, "This contract cannot be billed")
        self.assertIn(reason, activity.note)
        self.assertEqual(activity.user_id, self.seller)
        self.run_cron()
        self.assertEqual(len(self.get_warnings(order)), 1, "the next run leaves it alone")
        self.assertEqual(order.invoice_ids, before)

    def assertCured(self, order, invoices=1):
        """After the cure, Retry bills what was missing, and the contract takes part again."""
        order.action_subscription_retry()
        self.assertFalse(order.subscription_quarantine_reason)
        self.assertFalse(self.get_quarantined())
        self.assertFalse(self.get_warnings(order))
        self.assertEqual(order.invoice_count, invoices)
        self.assertEqual(order.invoice_ids.sorted("id")[-1].state, "posted")
        self.assertBillsNothing(order)

    # ------------------------------------------------------------------
    # Causes
    # ------------------------------------------------------------------

    def create_without_account(self):
        """Return a contract whose income account was archived, and that account."""
        account = self.env["account.account"].create(
            {"name": "Old income", "code": "499999", "account_type": "income"}
        )
        product = self._create_product("Sauna", 50.0, property_account_income_id=account.id)
        order = self.create_contract(product)
        account.active = False
        return order, account

    def test_archived_income_account(self):
        order, account = self.create_without_account()
        self.assertBroken(order, "The account Old income (499999) is archived.")
        account.active = True
        self.assertCured(order)

    @mute_logger("odoo.sql_db")
    def test_missing_income_account(self):
        order = self.create_contract(self.hosting)
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        account = journal.default_account_id
        for product in (self.seat, self.support):
            product.property_account_income_id = account
        journal.default_account_id = self.company.income_account_id = False
        self.assertBroken(order, "Hosting has no income account")
        self.hosting.property_account_income_id = account
        self.assertCured(order)

    def test_customer_who_belongs_to_another_company_now(self):
        order = self.create_contract(
            self.hosting, partner_id=self.partner.copy({"name": "Moved customer"}).id
        )
        other = self.env["res.company"].create({"name": "Other company"})
        self.env.flush_all()
        # Nobody may do this in the form; imports do.
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s", [other.id, order.partner_id.id]
        )
        self.env.invalidate_all()
        self.assertBroken(order, "Moved customer")
        order.partner_id.company_id = False
        self.assertCured(order)

    def test_salesperson_who_left_does_not_stop_the_run(self):
        account = self.env["account.account"].create(
            {"name": "Old income", "code": "499999", "account_type": "income"}
        )
        product = self._create_product("Sauna", 50.0, property_account_income_id=account.id)
        order = self.create_contract(product)
        account.active = False
        self.seller.group_ids = self.env.ref("base.group_portal")
        self.run_cron()
        self.assertEqual(self.healthy.mapped("invoice_count"), [1, 1])
        self.assertEqual(self.get_quarantined(), order)
        self.assertEqual(self.get_warnings(order).user_id, self.env.ref("base.user_admin"))

    def test_warnings_of_others_survive_the_cure(self):
        order = self.create_contract(self.hosting)
        order.activity_schedule("mail.mail_activity_data_warning", summary="Delivery is late")
        account = self.hosting.property_account_income_id = self.env["account.account"].create(
            {"name": "Old income", "code": "499999", "account_type": "income"}
        )
        account.active = False
        self.assertBroken(order, "is archived")
        account.active = True
        self.assertCured(order)
        self.assertEqual(order.activity_ids.mapped("summary"), ["Delivery is late"])

    def test_archived_currency(self):
        currency = self.env["res.currency"].create(
            {"name": "XQQ", "symbol": "Q", "rate_ids": [Command.create({"rate": 2.0})]}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "In Q", "currency_id": currency.id}
        )
        order = self.create_contract(self.hosting, pricelist_id=pricelist.id)
        currency.active = False
        self.assertBroken(order, "inactive currency")
        currency.active = True
        self.assertCured(order)

    def test_archived_bank_account_of_the_company(self):
        order = self.create_contract(self.hosting)
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "DE00 1", "partner_id": self.company.partner_id.id, "sequence": 0}
        )
        real = type(order)._prepare_invoice

        def prepare(self):
            values = real(self)
            if self == order:
                values["partner_bank_id"] = bank.id
            return values

        bank.active = False
        with patch.object(type(order), "_prepare_invoice", prepare):
            self.assertBroken(order, "bank account")
        self.assertCured(order)

    @mute_logger(RUN_LOGGER)
    def test_unexpected_error_of_another_addon(self):
        order = self.create_contract(self.hosting)
        real = type(order)._prepare_invoice

        def prepare(self):
            if self == order:
                raise ZeroDivisionError("no such thing")
            return real(self)

        with patch.object(type(order), "_prepare_invoice", prepare):
            self.assertBroken(order, "An unexpected error stopped the billing: no such thing.")
        self.assertCured(order)

    @mute_logger(RUN_LOGGER)
    def test_error_of_one_contract_while_the_day_moves_its_state(self):
        order = self.create_contract(self.hosting, subscription_start_date=date(2027, 4, 2))
        self.assertEqual(order.subscription_state, "upcoming")
        self.travel("2027-04-02")
        real = type(order)._hook_on_subscription_state

        broken = UserError("This mail template is broken.")

        def on_state(self, old, new):
            if self == order:
                raise broken
            return real(self, old, new)

        with patch.object(type(order), "_hook_on_subscription_state", on_state):
            self.assertBroken(order, "This mail template is broken.")
        self.assertCured(order)
        self.assertEqual(order.subscription_state, "active")

    def test_broken_contract_does_not_split_the_invoices_of_others(self):
        template = self._create_template("Together", group_invoices=True)
        pair = self.create_contract(self.seat, template=template)
        pair |= self.create_contract(self.support, template=template)
        self.run_cron()
        account = self.env["account.account"].create(
            {"name": "Old income", "code": "499999", "account_type": "income"}
        )
        product = self._create_product("Sauna", 50.0, property_account_income_id=account.id)
        broken = self.create_contract(product)
        account.active = False
        self.run_cron("2027-05-01")
        self.assertEqual(self.get_quarantined(), broken)
        self.assertEqual(len(pair.invoice_ids), 3, "the second period is still one invoice")

    def test_broken_member_of_a_group_leaves_the_others_alone(self):
        template = self._create_template("Together", group_invoices=True)
        account = self.env["account.account"].create(
            {"name": "Old income", "code": "499999", "account_type": "income"}
        )
        product = self._create_product("Sauna", 50.0, property_account_income_id=account.id)
        good = self.create_contract(self.seat, template=template)
        bad = self.create_contract(product, template=template)
        self.run_cron()
        account.active = False
        self.run_cron("2027-05-01")
        self.assertEqual(self.get_quarantined(), bad)
        self.assertEqual((good.invoice_count, bad.invoice_count), (2, 1))

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------

    def test_more_than_15_missing_spans(self):
        order = self.create_contract(self.hosting)
        self.run_cron()
        self.travel("2028-08-01")
        # What happened for 16 months: nobody looked at this contract.
        self.run_cron()
        self.assertIn(
            "16 spans to bill on one line, more than the limit of 15",
            order.subscription_quarantine_reason,
        )
        self.assertEqual(self.get_quarantined(), order | self.healthy)
        order.action_subscription_retry()
        self.assertEqual(len(order.invoice_ids.sorted("id")[-1].invoice_line_ids), 16)
        self.assertFalse(order.subscription_quarantined_at)
        self.assertBillsNothing(order)

    def test_a_retry_in_vain_does_not_say_that_the_trouble_is_new(self):
        order, _account = self.create_without_account()
        self.run_cron("2027-05-01")
        since = order.subscription_quarantined_at
        self.travel("2027-05-09")
        order.action_subscription_retry()
        self.assertEqual(order.subscription_quarantined_at, since)
        self.assertEqual(len(self.get_warnings(order)), 1)

    def test_15_missing_spans_are_billed(self):
        self.run_cron()
        self.run_cron("2028-07-01")
        self.assertFalse(self.get_quarantined())
        for order in self.healthy:
            self.assertEqual(len(order.invoice_ids.sorted("id")[-1].invoice_line_ids), 15)

    def test_service_more_than_36_months_ahead(self):
        recurrence = self.env["subscription.recurrence"].create(
            {"name": "Every 37 months", "unit": "month", "count": 37}
        )
        self.template.recurrence_ids |= recurrence
        quotation = self.create_order(self.line_values(self.hosting, recurrence_id=recurrence.id))
        with self.assertRaisesRegex(UserError, "more than 36 months ahead"):
            quotation.action_confirm()
        order = self.create_contract(self.seat)
        self.bill(order)
        order.order_line = [
            Command.create({"product_id": self.hosting.id, "recurrence_id": recurrence.id})
        ]
        self.assertBroken(order, "would be billed up to 05/01/2030, more than 36 months ahead")

    def test_credit_of_more_than_three_periods(self):
        order = self.create_contract(self.line_values(self.hosting, 4))
        self.run_cron()
        for month in range(5, 9):
            self.bill(order, date(2027, month, 1))
        line = order.order_line
        order._subscription_change_line(line, date(2027, 4, 15), quantity=0)
        self.run_cron()
        self.assertIn("credited for more than 3 periods", order.subscription_quarantine_reason)
        self.assertFalse(order.invoice_ids.filtered(lambda move: move.move_type == "out_refund"))
        order._subscription_change_line(line, date(2027, 4, 15), quantity=4)
        self.assertCured(order, invoices=5)

    def test_limit_can_be_overruled_by_a_person_on_one_contract_only(self):
        orders = self.healthy
        self.run_cron()
        self.run_cron("2028-08-01")
        self.assertEqual(self.get_quarantined(), orders)
        orders.action_subscription_retry()
        self.assertEqual(self.get_quarantined(), orders, "a selection keeps the limits")
        orders[0].action_subscription_retry()
        self.assertEqual(self.get_quarantined(), orders[1])
        orders[1].action_subscription_bill()
        self.assertFalse(self.get_quarantined())
        self.assertBillsNothing(orders)

    def test_entry_that_is_there_twice_is_told_without_its_number(self):
        text = explain(self.env, DuplicateRow(4711))
        self.assertIn("holds one entry twice", text)
        self.assertNotIn("4711", text)
