from odoo.fields import Command
from odoo.tests import tagged

from .common import SubscriptionCommon

CONTRACTS = 300


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

    def confirm_many(self, count, **broken):
        """Confirm contracts in one go.

        :param broken: values of the order by position
        """
        vals_list = [
            {
                "partner_id": self.partner.id,
                "subscription_template_id": self.template.id,
                "order_line": [Command.create({"product_id": self.seat.id})],
                **broken.get(f"at_{position}", {}),
            }
            for position in range(count)
        ]
        orders = self.env["sale.order"].create(vals_list)
        orders.action_confirm()
        return orders

    def sells(self, product):
        return {"order_line": [Command.create({"product_id": product.id})]}

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

    def test_broken_contracts_among_many(self):
        self.travel("2027-04-01")
        orders = self.confirm_many(
            CONTRACTS,
            at_17=self.sells(self.lost_account),
            at_120=self.sells(self.lost_tax),
            at_240=self.sells(self.gone),
            at_299={"partner_id": self.moved.id},
        )
        account, tax, gone, moved = (orders[position] for position in (17, 120, 240, 299))
        # The first invoice keeps the taxes that the customer accepted, later ones follow the law.
        self.bill(tax)
        other = self.env["res.company"].create({"name": "Other company"})
        self.break_records(other)

        self.run_cron("2027-05-01")

        broken = account | tax | moved
        self.assertEqual(orders.filtered("subscription_quarantined_at"), broken)
        healthy = orders - broken
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
