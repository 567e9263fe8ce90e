from odoo import fields, models


class IrActionsServer(models.Model):
    """Server actions say which red flags run them."""

    _inherit = "ir.actions.server"

    subscription_alert_ids = fields.Many2many(
        "subscription.alert",
        string="Red Flags",
        compute="_compute_subscription_alert_ids",
        help="Red flags that run this action for each contract they are raised for.",
    )

    def _compute_subscription_alert_ids(self):
        groups = self.env["subscription.alert.action"]._read_group(
            [("kind", "=", "server"), ("server_action_id", "in", self.ids)],
            ["server_action_id"],
            ["alert_id:recordset"],
        )
        alerts = dict(groups)
        for action in self:
            action.subscription_alert_ids = alerts.get(action._origin, False)
