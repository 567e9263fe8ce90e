from odoo import fields, models
from odoo.tools import SQL

from .subscription_retention_mixin import MOVEMENT_COLUMNS


class SubscriptionContractRetention(models.Model):
    """What became of contracts since they began; a renewal goes on with the same contract."""

    _name = "subscription.contract.retention"
    _description = "Retention of a Contract"
    _inherit = ["subscription.retention.mixin"]
    _auto = False
    _rec_name = "origin_id"
    _order = "cohort_date, effective_date, id"
    _depends = {"subscription.mrr.event": [*MOVEMENT_COLUMNS, "order_id", "origin_id"]}

    origin_id = fields.Many2one("sale.order", "First Contract", readonly=True)
    order_id = fields.Many2one("sale.order", "Contract", readonly=True)
    member_change = fields.Integer(
        "Contracts", readonly=True, help="1 when it came or came back, -1 when it left."
    )

    def _get_member_columns(self):
        """Hook. Follow a contract from its first order to its last renewal."""
        return ("company_id", "origin_id")

    def _get_other_columns(self):
        """Hook. Add whose contract it is."""
        return SQL(", newest_event.order_id, newest_event.commercial_partner_id")
