from odoo import api, fields, models
from odoo.fields import Command

from ..billing.billing_run import BillingRun
from .operation_text import get_retry_text


class SaleOrder(models.Model):
    """Buttons of a contract and what decides whether they are shown."""

    _inherit = "sale.order"

    subscription_has_delivered = fields.Boolean(
        "Bills Delivered Quantities", compute="_compute_subscription_has_delivered"
    )
    subscription_is_due = fields.Boolean("Due for Billing", compute="_compute_subscription_is_due")

    @api.depends("order_line.product_id")
    def _compute_subscription_has_delivered(self):
        """Tell whether delivered quantities say something about the lines of a contract."""
        for order in self:
            order.subscription_has_delivered = any(
                line._get_subscription_basis() == "delivered" or line.product_id.type == "consu"
                for line in order.order_line
            )

    @api.depends("subscription_next_invoice_date", "order_line.qty_to_invoice", "state")
    def _compute_subscription_is_due(self):
        for order in self:
            day = order.subscription_next_invoice_date
            order.subscription_is_due = (
                order.is_subscription
                and order.state == "sale"
                and bool((day and day <= order._subscription_today()) or order._get_due_once())
            )

    # ------------------------------------------------------------------
    # Smart buttons
    # ------------------------------------------------------------------

    def action_view_billed_periods(self):
        """Open what was billed on these contracts."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_billed_period_action"
        )
        action["domain"] = [("order_id", "in", self.ids)]
        return action

    # ------------------------------------------------------------------
    # Operations
    # ------------------------------------------------------------------

    def action_subscription_close(self):
        """Ask when and why the contract ends, and show what that does."""
        return self._get_wizard_action(
            "subscription.close.wizard", self.env._("Close %(order)s", order=self.name)
        )

    def action_subscription_reopen(self):
        """Ask from when a closed contract goes on, and show what that bills."""
        return self._get_wizard_action(
            "subscription.reopen.wizard", self.env._("Reopen %(order)s", order=self.name)
        )

    def action_subscription_pause(self):
        """Ask from when until when the contract pauses, and show what that does."""
        return self._get_wizard_action(
            "subscription.pause.wizard", self.env._("Pause %(order)s", order=self.name)
        )

    def action_subscription_suspend(self):
        """Ask from when until when service is withheld, and show what that does."""
        action = self._get_wizard_action(
            "subscription.pause.wizard", self.env._("Suspend %(order)s", order=self.name)
        )
        action["context"]["default_kind"] = "suspension"
        return action

    def action_subscription_resume_on(self):
        """Ask on which day service goes on after a pause or suspension, and show what that does."""
        return self._get_wizard_action(
            "subscription.resume.wizard", self.env._("Resume %(order)s", order=self.name)
        )

    def action_subscription_resume(self):
        """Go on with the service today, or take back a gap that has not begun."""
        self._check_subscription_operator()
        for order in self:
            order._subscription_resume(order._subscription_today())
        return True

    def action_subscription_keep(self):
        """Take back a closing whose day has not come."""
        self._check_subscription_operator()
        for order in self.filtered("subscription_has_planned_end"):
            order._subscription_keep()
        return True

    def action_subscription_retry_and_tell(self):
        """Try to bill contracts in quarantine again, and say what came of it."""
        held_back = self.filtered("subscription_quarantined_at")
        held_back.action_subscription_retry()
        failed = held_back.filtered("subscription_quarantined_at")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "message": get_retry_text(held_back, failed),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # ------------------------------------------------------------------
    # Billing of a selection
    # ------------------------------------------------------------------

    def action_subscription_preview(self):
        """Show what the billing run would create for these contracts; nothing is written."""
        self._check_subscription_operator()
        contracts = self.filtered(lambda order: order.is_subscription and order.state == "sale")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview Billing"),
            "res_model": "subscription.billing.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": [Command.set(contracts.ids)], "dialog_size": "large"},
        }

    def action_subscription_bill_selection(self):
        """Bill a selection of contracts in batches, with a progress bar and a result."""
        contracts = self.filtered(lambda order: order.is_subscription and order.state == "sale")
        contracts._check_subscription_operator()
        return {
            "type": "ir.actions.client",
            "tag": "sale_recurring.bill_selection",
            "params": {"order_ids": contracts.ids},
        }

    def action_subscription_bill_batch(self):
        """Bill one batch of a selection; contracts that fail go to quarantine.

        :return: ids of the new documents, and the contracts that could not be billed
        :rtype: dict
        """
        self._check_subscription_operator()
        held_back = self.filtered("subscription_quarantined_at")
        moves = BillingRun(self.env).bill(self - held_back)
        failed = self.filtered("subscription_quarantined_at")
        return {
            "move_ids": moves.ids,
            "failed": [
                {
                    "id": order.id,
                    "name": order.name,
                    "reason": order.subscription_quarantine_reason,
                }
                for order in failed
            ],
        }
