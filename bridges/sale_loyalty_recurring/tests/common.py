# pylint takes whatever lies in the addon's folder for a part of it.
from odoo.addons.sale_recurring.tests.common import (  # pylint: disable=odoo-addons-relative-import
    SubscriptionCommon,
)
from odoo.addons.sale_recurring.tests.support.common_codes import (  # pylint: disable=odoo-addons-relative-import
    CodesCase,
)


class RewardCommon(CodesCase, SubscriptionCommon):
    """Codes that lower a contract of one seat at 30 a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.seat.list_price = 30.0

    def apply(self, order, code="SAVE"):
        """Type a code on a quotation; return the lines that it brings."""
        found = order._try_apply_code(code)
        self.assertNotIn("error", found)
        for coupon, rewards in found.items():
            self.assertFalse(order._apply_program_reward(rewards, coupon))
        return order.order_line.filtered("reward_id")

    def get_untaxed(self, order):
        """Return the amounts of all invoices, in order of time."""
        return order.invoice_ids.sorted("id").mapped("amount_untaxed")

    def start(self, order):
        """Confirm an order: its first invoice is what was due now. Return the contract."""
        due_now = order.amount_total
        order.action_confirm()
        self.run_cron()
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), due_now)
        return order
