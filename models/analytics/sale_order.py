from odoo import fields, models

ATTRIBUTION = {"user_id", "team_id", "partner_id", "subscription_template_id"}
TAXES = {"fiscal_position_id", "partner_invoice_id", "partner_shipping_id", "order_line"}


class SaleOrder(models.Model):
    """What a contract's MRR did, and whom it belongs to."""

    _inherit = "sale.order"

    subscription_chain_ids = fields.One2many(
        "sale.order", "subscription_origin_id", "Contracts of the Chain", readonly=True
    )

    def _hook_on_written(self, vals, old_ends):
        """Hook. Let the ledger of MRR know who has the contracts now, and under which taxes."""
        super()._hook_on_written(vals, old_ends)
        if not vals.keys().isdisjoint(ATTRIBUTION | TAXES):
            contracts = self.filtered("subscription_anchor_date")
            self.env["subscription.mrr.event"]._remember_contracts(contracts)
