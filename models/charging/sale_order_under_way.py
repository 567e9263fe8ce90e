from odoo import fields, models


class SaleOrder(models.Model):
    """Contracts with a payment that a bank takes days for."""

    _inherit = "sale.order"

    subscription_under_way_text = fields.Text(
        "Payment Under Way", compute="_compute_subscription_under_way_text"
    )

    def _compute_subscription_under_way_text(self):
        """Say of each invoice what is under way, so that nobody charges or calls meanwhile."""
        for order in self:
            # sudo: whoever looks at a contract may not read its invoices
            moves = order.sudo().order_line.invoice_lines.move_id
            texts = (move._get_under_way_text() for move in moves)
            order.subscription_under_way_text = "\n".join(filter(None, texts)) or False

    def _get_portal_facts(self):
        """Add what the bank is at work on."""
        facts = super()._get_portal_facts()
        if text := self.subscription_under_way_text:
            facts.append((self.env._("Payment under way"), text))
        return facts
