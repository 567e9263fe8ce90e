from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..support.common_portal import PortalCase


@tagged("post_install", "-at_install")
class TestRenewedLink(PortalCase):
    """Staff give a contract a new link; whoever has an old one opens nothing any more."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.invoice = self.bill(self.order)
        amendment = self.order.action_subscription_amend()
        self.paper = self.env["sale.order"].browse(amendment["res_id"])
        self.user = new_test_user(
            self.env, "link.user", groups="sale_recurring.group_subscription_user_all"
        )

    def renew(self, user=None):
        Wizard = self.env["subscription.link.wizard"].with_user(user or self.user)
        wizard = Wizard.create({"order_id": self.order.id})
        wizard.action_renew_link()
        return wizard

    def test_old_links_are_dead_and_the_new_one_works(self):
        old = [
            self.order.get_portal_url(),
            self.order.get_portal_url(suffix="/close"),
            self.paper.get_portal_url(),
            self.invoice.get_portal_url(),
        ]
        for url in (old[0], old[2], old[3]):
            self.assertIn("access_token", url)
        self.assertTrue(self.get_part(self.open(old[0]), "status"))
        wizard = self.renew()
        self.assertEqual(wizard.quotation_ids, self.paper)
        for url in old:
            response = self.url_open(url)
            self.assertNotIn(self.order.name, response.text, url)
            self.assertNotIn(self.invoice.name, response.text, url)
        path = wizard.link.removeprefix(self.order.get_base_url())
        self.assertNotEqual(path, old[0])
        self.assertTrue(self.get_part(self.open(path), "status"))

    def test_the_link_of_a_confirmed_amendment_is_dead_too(self):
        colleague = new_test_user(self.env, "link.other", groups="sales_team.group_sale_salesman")
        self.paper.user_id = colleague
        self.paper.order_line.product_uom_qty = 4
        self.paper.action_confirm()
        url = self.paper.get_portal_url()
        self.assertIn(self.paper.name, self.url_open(url).text)
        self.renew()
        self.assertNotIn(self.paper.name, self.url_open(url).text)

    def test_the_chatter_says_who_did_it(self):
        self.renew()
        self.assertIn(f"{self.user.name} renewed the link", self.order.message_ids[0].body)

    def test_the_owner_opens_it_as_before(self):
        self.log_in()
        self.renew()
        self.assertTrue(self.get_part(self.open(f"/my/orders/{self.order.id}"), "status"))

    def test_only_users_of_subscriptions_renew_it(self):
        clerk = new_test_user(
            self.env, "link.clerk", groups="sales_team.group_sale_salesman_all_leads"
        )
        token = self.order._portal_ensure_token()
        with self.assertRaises(AccessError):
            self.renew(clerk)
        with self.assertRaises(AccessError):
            wizard = self.env["subscription.link.wizard"].create({"order_id": self.order.id})
            wizard.with_user(clerk).action_renew_link()
        self.assertEqual(self.order.access_token, token)
