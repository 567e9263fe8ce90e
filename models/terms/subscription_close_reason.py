from odoo import api, fields, models
from odoo.tools import html2plaintext


class SubscriptionCloseReason(models.Model):
    """Why a contract ends. Keeps churn that customers chose apart from churn they suffered."""

    _name = "subscription.close.reason"
    _description = "Subscription Close Reason"
    _order = "sequence, id"
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="Reasons are offered in this order.")
    is_voluntary = fields.Boolean(
        "Chosen by the Customer",
        default=True,
        help="Customers may pick this reason when they close a contract online, and reports "
        "count it as voluntary churn. Untick it for unpaid invoices, expired terms and the like.",
    )
    retention_message = fields.Html(
        translate=True,
        help="Shown to the customer who picks this reason, before the contract is closed: the "
        "place for an offer, a pause or the phone number of a colleague. "
        "Leave empty to close without delay.",
    )
    retention_text = fields.Char("Message to the Customer", compute="_compute_retention_text")
    company_id = fields.Many2one(
        "res.company", help="Leave empty to offer this reason in all companies."
    )

    @api.depends("retention_message")
    def _compute_retention_text(self):
        for reason in self:
            reason.retention_text = html2plaintext(reason.retention_message or "").strip()
