from odoo.tests import tagged

from ..support.common_copy import copy_contracts
from ..support.common_portal import PortalCase

PAGE = "/my/subscriptions"


@tagged("post_install", "-at_install")
class TestContractListCost(PortalCase):
    """A customer with hundreds of contracts waits no longer for their list."""

    def grow(self, first, count):
        """Copy a contract until its customer has so many."""
        known = self.env["sale.order"].search_count([("partner_id", "=", self.partner.id)])
        self.env.flush_all()
        self.env.cr.execute("DROP TABLE IF EXISTS new")
        copy_contracts(self.env.cr, first.id, self.partner.ids * (count - known))
        self.env.invalidate_all()

    def test_the_list_costs_the_same_for_two_hundred_contracts(self):
        first = self.create_contract(self.line_values(self.seat, 3))
        self.log_in()
        self.open(PAGE)
        found = {}
        for count in (2, 10, 200):
            self.grow(first, count)
            found[count] = self.count_queries(self.open, PAGE)
        page = self.open(PAGE)
        entries = page.xpath("//a[contains(@class, 'o_subscription_entry')]")
        self.assertGreater(len(entries), 10)
        self.assertLessEqual(found[10], found[2], found)
        # More than one page: its links and the number of all.
        self.assertLessEqual(found[200], found[10] + 2, found)
