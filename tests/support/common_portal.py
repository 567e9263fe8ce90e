from lxml import html
from odoo.tests import HttpCase, new_test_user

from .common_dunning import DunningCommon


class PortalCase(DunningCommon, HttpCase):
    """A customer with a browser, logged in or only with a link."""

    def log_in(self, partner=None):
        """Go on as a user of the portal who is this partner."""
        partner = partner or self.partner
        user = new_test_user(
            self.env, f"portal.{partner.id}", groups="base.group_portal", partner_id=partner.id
        )
        self.authenticate(user.login, user.login)
        return user

    def open(self, url, **params):
        """Return the page as a tree."""
        response = self.url_open(url, params=params)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.text)

    def get_text(self, node):
        """Return all text of a node, spaces made plain."""
        return " ".join(" ".join(node.itertext()).replace("\xa0", " ").split())

    def get_part(self, page, name):
        """Return text of the named part of a page, None when it is not there."""
        nodes = page.xpath(f"//*[@name='{name}']")
        return self.get_text(nodes[0]) if nodes else None

    def open_contract(self, order, **params):
        return self.open(order.get_portal_url(), **params)

    def get_status(self, order):
        return self.get_part(self.open_contract(order), "status")

    def find_mails(self, partner=None):
        """Return the mails that wait for a customer, the latest first."""
        partner = partner or self.partner
        return self.env["mail.mail"].search([("recipient_ids", "in", partner.ids)], order="id desc")

    def submit(self, page, name="confirm", **values):
        """Send a named form of a page as a browser does.

        :param values: what somebody typed, or what stands there instead of what was shown
        :return: the response, after redirections
        """
        (form,) = page.xpath(f"//form[@name='{name}']")
        sent = {
            node.get("name"): node.get("value") or ""
            for node in form.xpath(".//input[@type='hidden']")
        }
        return self.url_open(form.get("action"), data={**sent, **values}, method="POST")
