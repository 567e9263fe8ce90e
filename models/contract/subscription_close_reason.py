from odoo import api, models
from odoo.exceptions import UserError


class SubscriptionCloseReason(models.Model):
    """Reasons for which contracts ended."""

    _inherit = "subscription.close.reason"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Keep why contracts ended: without it, reports would say that nobody said why."""
        # sudo: contracts of other salespeople and companies count as well
        orders = self.env["sale.order"].sudo()
        order = orders.search([("subscription_close_reason_id", "in", self.ids)], limit=1)
        if order:
            raise UserError(
                self.env._(
                    "%(reason)s cannot be deleted, because %(order)s ends for it. Archive it "
                    "instead.",
                    reason=order.subscription_close_reason_id.name,
                    order=order.name,
                )
            )
