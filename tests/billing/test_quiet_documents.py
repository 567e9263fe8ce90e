from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestQuietDocuments(SubscriptionCommon):
    """The run disturbs nobody, and what it writes down is in the language of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("pt_BR")
        cls.env["ir.module.module"]._load_module_terms(["sale_recurring"], ["pt_BR"])
        cls.seller = cls.env["res.users"].create(
            {
                "name": "Sally Seller",
                "login": "sally",
                "email": "sally@example.com",
                "group_ids": [Command.set([cls.env.ref("sales_team.group_sale_salesman").id])],
            }
        )

    def test_no_salesperson_is_told_of_being_assigned_to_an_invoice(self):
        order = self.create_contract(self.seat, self.setup_service, user_id=self.seller.id)
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self.run_cron()
        invoice = order.invoice_ids
        self.assertEqual(invoice.amount_total, 312.0)
        told = self.env["mail.message"].search(
            [
                ("id", ">", before),
                ("notified_partner_ids", "in", self.seller.partner_id.ids),
            ]
        )
        self.assertFalse(told.mapped("subject"))
        self.assertIn(self.seller.partner_id, invoice.message_partner_ids)

    def test_the_reason_of_a_quarantine_is_in_the_language_of_the_company(self):
        self.company.partner_id.lang = "pt_BR"
        account = self.env["account.account"].create(
            {"name": "Antiga", "code": "499999", "account_type": "income"}
        )
        self.seat.property_account_income_id = account
        order = self.create_contract(self.seat, user_id=self.seller.id)
        account.active = False
        self.run_cron()
        english = "The account Antiga (499999) is archived."
        self.assertTrue(order.subscription_quarantine_reason)
        self.assertNotEqual(order.subscription_quarantine_reason, english)
        self.assertIn("Antiga", order.subscription_quarantine_reason)

    def test_frozen_totals_are_read_in_the_language_of_the_reader(self):
        order = self.create_contract(self.seat)
        totals = order.subscription_frozen_totals
        totals["subtotals"][0]["name"] = "Base imponible"
        order._as_system().subscription_frozen_totals = totals
        order.invalidate_recordset()
        names = [subtotal["name"] for subtotal in order.tax_totals["subtotals"]]
        self.assertEqual(names, ["Untaxed Amount"])
