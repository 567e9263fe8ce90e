from odoo import fields, models

from .subscription_retention_mixin import MOVEMENT_COLUMNS


class SubscriptionCustomerRetention(models.Model):
    """What became of customers since their first contract began.

    A customer is a company with all its contacts (the commercial partner), per company of ours.
    """

    _name = "subscription.customer.retention"
    _description = "Retention of a Customer"
    _inherit = ["subscription.retention.mixin"]
    _auto = False
    _rec_name = "commercial_partner_id"
    _order = "cohort_date, effective_date, id"
    _depends = {"subscription.mrr.event": MOVEMENT_COLUMNS}

    member_change = fields.Integer(
        "Customers", readonly=True, help="1 when it came or came back, -1 when it left."
    )

    def _get_member_columns(self):
        """Hook. Follow a customer through all contracts of one company."""
        return ("company_id", "commercial_partner_id")
