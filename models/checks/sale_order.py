from odoo import fields, models


class SaleOrder(models.Model):
    """What the nightly check has to say about a contract."""

    _inherit = "sale.order"

    subscription_finding_count = fields.Integer(
        "Number of Findings", compute="_compute_subscription_finding_count"
    )

    def _compute_subscription_finding_count(self):
        """Count what is open; people without a right to read findings see none."""
        Finding = self.env["subscription.finding"]
        counts = {}
        if Finding.has_access("read"):
            groups = Finding._read_group(
                [("order_id", "in", self.ids), ("state", "=", "open")], ["order_id"], ["__count"]
            )
            counts = {order.id: count for order, count in groups}
        for order in self:
            order.subscription_finding_count = counts.get(order.id, 0)

    def action_view_findings(self):
        """Open what the nightly check found on these contracts."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale_recurring.subscription_finding_action"
        )
        action["domain"] = [("order_id", "in", self.ids)]
        return action
