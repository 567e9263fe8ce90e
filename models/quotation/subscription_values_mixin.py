from odoo import fields, models


class SubscriptionValuesMixin(models.AbstractModel):
    """Quantity, price and discount of a line, shown as they are and typed over."""

    _name = "subscription.values.mixin"
    _description = "Values of a Contract Line"

    quantity = fields.Float(
        digits="Product Unit",
        compute="_compute_values",
        store=True,
        readonly=False,
        precompute=True,
    )
    price_unit = fields.Float(
        "Unit Price",
        min_display_digits="Product Price",
        compute="_compute_values",
        store=True,
        readonly=False,
        precompute=True,
        help="Price of one unit for one full period.",
    )
    discount = fields.Float(
        "Discount (%)",
        digits="Discount",
        compute="_compute_values",
        store=True,
        readonly=False,
        precompute=True,
    )

    def _compute_values(self):
        """Show the values of a line. Hook: whoever inherits says of which line."""
        raise NotImplementedError
