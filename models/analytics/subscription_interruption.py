from odoo import api, models


class SubscriptionInterruption(models.Model):
    """Days without service are days without MRR: the ledger hears of them."""

    _inherit = "subscription.interruption"

    @api.model_create_multi
    def create(self, vals_list):
        """Let the ledger of MRR know which contracts changed."""
        gaps = super().create(vals_list)
        self.env["subscription.mrr.event"]._remember_contracts(gaps.order_id)
        return gaps

    def write(self, vals):
        """Let the ledger of MRR know which contracts changed."""
        result = super().write(vals)
        self.env["subscription.mrr.event"]._remember_contracts(self.order_id)
        return result

    def unlink(self):
        """Let the ledger of MRR know which contracts changed."""
        orders = self.order_id
        result = super().unlink()
        self.env["subscription.mrr.event"]._remember_contracts(orders)
        return result
