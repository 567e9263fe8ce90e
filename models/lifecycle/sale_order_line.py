from odoo import models


class SaleOrderLine(models.Model):
    """The way from a running line to a change of it."""

    _inherit = "sale.order.line"

    def action_subscription_change(self):
        """Ask what changes on this line from when on, and show what that costs."""
        self.ensure_one()
        self._check_begun_write({})
        action = self.order_id.action_subscription_change()
        action["context"]["default_line_id"] = self.id
        return action
