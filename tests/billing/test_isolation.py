from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon
from ..support.common_copy import copy_contracts

COPIES = 249


@tagged("post_install", "-at_install")
class TestIsolation(SubscriptionCommon):
    """Some broken contracts among hundreds: the others are billed as if nothing had happened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["account.account"].create(
            {"name": "Old income", "code": "499999", "account_type": "income"}
        )
        cls.old_tax = cls._create_tax(7)
        cls.lost_account = cls._create_product(
            "Sauna", 50.0, property_account_income_id=cls.account.id
        )
        cls.lost_tax = cls._create_product("Book", 12.0, taxes_id=[Command.set(cls.old_tax.ids)])
        cls.gone = cls._create_product("Old magazine", 8.0)
        cls.moved = cls.partner.copy({"name": "Moved customer"})

    def confirm_among_many(self, *wanted):
        """Confirm orders, each after :const:`COPIES` copies of a healthy one.

        :param wanted: products and values of each order
        :return: the healthy contracts, and those that were wanted; the run takes them by id
        """
        first = healthy = self.create_contract(self.seat)
        others = healthy.browse()
        for lines, values in wanted:
            self.env.flush_all()
            copies = copy_contracts(self.env.cr, first.id, self.partner.ids * COPIES)
            healthy |= first.browse(copies)
            others |= self.create_contract(*lines, **values)
        return healthy, others

    def break_records(self, other):
        """Archive an account, a tax and a product; give a customer to another company."""
        self.account.active = False
        self.old_tax.active = False
        self.gone.active = False
        self.env.flush_all()
        # Nobody may do this in the form; imports do.
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s", [other.id, self.moved.id]
        )
        self.env.invalidate_all()

    def test_broken_contract_among_a_hundred_is_found_in_few_queries(self):
        self.travel("2027-04-01")
        self.plan_without_statistics()
        first = self.create_contract(self.seat)
        self.env.flush_all()
        copies = first.browse(copy_contracts(self.env.cr, first.id, self.partner.ids * 98))
        broken = self.create_contract(self.lost_account)
        queries = self.count_queries(self.run_cron)
        self.account.active = False

        more = self.count_queries(self.run_cron, "2027-05-01")

        self.assertEqual(broken.invoice_count, 1)
        self.assertIn("is archived", broken.subscription_quarantine_reason)
        self.assertEqual(set((first | copies).mapped("invoice_count")), {2})
        # One by one it would be thousands; each half costs what a batch always costs.
        self.assertLess(more - queries, 2000, f"{queries} for 100, {more} with one that is broken")

    def test_broken_contracts_among_many(self):
        self.travel("2027-04-01")
        self.plan_without_statistics()
        healthy, others = self.confirm_among_many(
            ([self.lost_account], {}),
            ([self.lost_tax], {}),
            ([self.gone], {}),
            ([self.seat], {"partner_id": self.moved.id}),
        )
        account, tax, gone, moved = others
        self.assertEqual(len(healthy | others), 1001)
        # The first invoice keeps the taxes that the customer accepted, later ones follow the law.
        self.bill(tax)
        other = self.env["res.company"].create({"name": "Other company"})
        self.break_records(other)

        self.run_cron("2027-05-01")

        broken = account | tax | moved
        orders = healthy | others
        self.assertEqual(orders.filtered("subscription_quarantined_at"), broken)
        healthy |= gone
        self.assertEqual(set(healthy.mapped("invoice_count")), {1})
        self.assertEqual(set(healthy.invoice_ids.mapped("state")), {"posted"})
        # A product that is no longer sold is still served where it was agreed.
        self.assertEqual(gone.invoice_ids.amount_untaxed, 16.0)
        self.assertEqual(broken.mapped("invoice_count"), [0, 1, 0])
        for order, words in (
            (account, "The account Old income (499999) is archived."),
            (tax, "is archived, so it would be billed without tax. Choose another tax"),
            (moved, "Moved customer"),
        ):
            self.assertIn(words, order.subscription_quarantine_reason)

        self.account.active = True
        self.lost_tax.taxes_id = self.tax
        self.moved.company_id = False
        broken.action_subscription_retry()
        self.assertFalse(broken.filtered("subscription_quarantined_at"))
        self.assertEqual(broken.mapped("invoice_count"), [1, 2, 1])
        self.assertEqual(tax.invoice_ids.sorted("id").mapped("amount_tax"), [0.84, 2.4])
        self.assertBillsNothing(orders)
