from odoo.tests import new_test_user, tagged

from ..support.common_dunning import DunningCommon


@tagged("post_install", "-at_install")
class TestCustomers(DunningCommon):
    """The list of customers shows contracts, monthly revenue and what is late."""

    def prepare_once(self):
        super().prepare_once()
        self.seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )
        self.site = self.partner.create({"name": "Site", "parent_id": self.partner.id})
        self.order = self.create_contract(
            self.line_values(self.seat, 3), user_id=self.seller.id, partner_id=self.site.id
        )
        self.other = self.create_contract(self.line_values(self.seat, 5))
        self.invoice = self.bill(self.order)

    def get_totals(self, partner, user=None):
        partner.invalidate_recordset()
        partner = partner.with_user(user or self.env.user)
        return (
            partner.subscription_count,
            partner.subscription_mrr_total,
            partner.subscription_overdue_total,
        )

    def test_contracts_of_a_customer_and_its_contacts_are_summed_up(self):
        self.assertEqual(self.get_totals(self.partner), (2, 80, 0))
        self.assertEqual(self.get_totals(self.site), (1, 30, 0))
        self.travel("2027-03-31")
        self.assertEqual(self.get_totals(self.partner), (2, 80, 36))
        self.book_payment(self.invoice, amount=6)
        self.assertEqual(self.get_totals(self.partner), (2, 80, 30))
        self.order._subscription_close(self.today)
        self.assertEqual(self.get_totals(self.partner)[:2], (1, 50))

    def test_a_salesperson_sees_own_contracts_only(self):
        self.other.user_id = self.env.ref("base.user_admin")
        self.assertEqual(self.get_totals(self.partner, self.seller)[:2], (1, 30))

    def test_the_list_finds_who_has_something_recurring(self):
        action = self.env.ref("sale_recurring.subscription_customer_action")
        plain = self.partner.create({"name": "Plain"})
        found = self.partner.search([("sale_order_ids.is_subscription", "=", True)])
        self.assertIn("sale_order_ids.is_subscription", action.domain)
        self.assertIn(self.site, found)
        self.assertNotIn(plain, found)
