from odoo import api, fields, models


class SaleOrder(models.Model):
    """What follows the amount due now of a cart: worked out when the cart changes, not per page."""

    _inherit = "sale.order"

    shop_period_totals = fields.Json(
        "Per Period after a Purchase",
        compute="_compute_shop_period_totals",
        store=True,
        help="What one full period of each recurrence of a cart costs, without labels: visitors "
        "read them in their languages.",
    )

    @api.depends(
        "state",
        "website_id",
        "currency_id",
        "payment_term_id",
        "subscription_quote_date",
        "order_line.price_subtotal",
        "order_line.price_total",
        "order_line.recurrence_id",
        "order_line.display_type",
    )
    def _compute_shop_period_totals(self):
        """Keep what a page would else ask of the tax engine each time that it is opened."""
        for order in self:
            is_cart = order.website_id and order.state == "draft"
            rows = super(SaleOrder, order)._get_period_totals() if is_cart else []
            order.shop_period_totals = [{**row, "label": ""} for row in rows]

    def _get_period_totals(self, get_values=None, taxes=None):
        """Take those of a cart that were kept."""
        kept = get_values is None and self.shop_period_totals
        if not kept:
            return super()._get_period_totals(get_values, taxes)
        recurrences = self.env["subscription.recurrence"]
        return [{**row, "label": recurrences.browse(row["id"])._get_per_text()} for row in kept]
