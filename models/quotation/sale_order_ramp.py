from odoo import fields, models


class SaleOrder(models.Model):
    """Quantities and prices of later periods, typed while the order is a quotation."""

    _inherit = "sale.order"

    subscription_ramp_step_ids = fields.One2many(
        "subscription.ramp.step",
        "order_id",
        "Ramp",
        help="What lines become from one of their periods on. Confirmed, these are planned "
        "changes of the contract.",
    )
