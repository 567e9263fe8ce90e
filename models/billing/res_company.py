from odoo import fields, models

from ...const import SELDOM


class ResCompany(models.Model):
    """How the billing run of a company works."""

    _inherit = "res.company"

    subscription_batch_size = fields.Integer(
        "Contracts per Billing Batch",
        default=100,
        required=True,
        help="How many contracts the billing run invoices before it saves its work. "
        "100 to 200 is the fastest.",
        prefetch=SELDOM,
    )

    _subscription_batch_size_valid = models.Constraint(
        "CHECK (subscription_batch_size BETWEEN 1 AND 2000)",
        "A billing batch must hold between 1 and 2000 contracts.",
    )
