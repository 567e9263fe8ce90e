from odoo import models


class AccountMove(models.Model):
    """Ways from an invoice to the contracts and periods it bills."""

    _inherit = "account.move"

    def action_view_subscriptions(self):
        """Open the contracts that this invoice bills."""
        self.ensure_one()
        orders = self.subscription_order_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_contract_action"
        )
        if len(orders) == 1:
            action.update(
                views=[(self.env.ref("sale.view_order_form").id, "form")], res_id=orders.id
            )
        else:
            action["domain"] = [("id", "in", orders.ids)]
            action["views"] = [
                (self.env.ref("sale_recurring.subscription_contract_view_list").id, "list"),
                (self.env.ref("sale.view_order_form").id, "form"),
            ]
        action["context"] = {"in_subscription_app": True, "create": False}
        return action

    def action_view_billed_periods(self):
        """Open the ledger rows behind this invoice."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_billed_period_action"
        )
        action["domain"] = [("move_id", "=", self.id)]
        return action
