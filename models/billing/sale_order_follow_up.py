from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """What billing does when a contract begins, changes or ends: dates first, then the run."""

    _inherit = "sale.order"

    subscription_billed_period_ids = fields.One2many(
        "subscription.billed.period", "order_id", "Billed Periods", copy=False, readonly=True
    )
    subscription_billed_period_count = fields.Integer(
        "Number of Billed Periods", compute="_compute_subscription_billed_period_count"
    )

    def _hook_on_subscription_changed(self):
        """Write the dates that follow, and wake the run."""
        super()._hook_on_subscription_changed()
        self._update_subscription_dates()
        self._trigger_billing()

    def _hook_on_cancelled(self):
        """Write that nothing more falls due, and wake the run for what goes back."""
        super()._hook_on_cancelled()
        self._update_subscription_dates()
        self._trigger_billing()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        # sudo: whoever may delete the order may do so without rights on the ledger
        billed = self.filtered(lambda order: order.sudo().subscription_billed_period_ids)
        if billed:
            raise UserError(
                self.env._(
                    "%(order)s has billed periods and cannot be deleted: its invoices refer to "
                    "them.",
                    order=billed[0].name,
                )
            )

    def _compute_subscription_billed_period_count(self):
        counts = dict(
            self.env["subscription.billed.period"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.subscription_billed_period_count = counts.get(order, 0)

    def action_draft(self):
        """Let only quotations that never ran go back to draft."""
        ran = self.filtered("subscription_billed_period_ids")
        if ran:
            raise UserError(
                self.env._(
                    "%(order)s has billed periods and cannot become a quotation again. "
                    "Duplicate it instead.",
                    order=ran[0].name,
                )
            )
        result = super().action_draft()
        drafts = self.filtered(lambda order: order.is_subscription and order.state == "draft")
        drafts._subscription_forget_start()
        return result

    def _subscription_start(self):
        """Wake the run, once for contracts that start together."""
        super()._subscription_start()
        self._trigger_billing()

    def _subscription_start_lines(self, lines, start):
        """Write the dates that follow."""
        super()._subscription_start_lines(lines, start)
        self._update_subscription_dates()
