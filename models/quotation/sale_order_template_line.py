from odoo import api, fields, models


class SaleOrderTemplateLine(models.Model):
    _name = "sale.order.template.line"
    _inherit = ["sale.order.template.line", "subscription.intro.mixin"]

    recurrence_id = fields.Many2one(
        "subscription.recurrence",
        compute="_compute_recurrence_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        help="How often this line will be billed. Empty: sold once.",
    )

    @api.depends("product_id", "sale_order_template_id.subscription_template_id")
    def _compute_recurrence_id(self):
        for line in self:
            if line.display_type or not line.product_id.is_recurring:
                line.recurrence_id = False
                continue
            template = line.sale_order_template_id._get_subscription_template()
            offered = template._get_offered_recurrences() if template else line.recurrence_id
            if line.recurrence_id not in offered:
                line.recurrence_id = line.product_id._get_default_recurrence(offered)

    def _prepare_order_line_values(self):
        """Carry the recurrence and the intro discount to the quotation."""
        values = super()._prepare_order_line_values()
        if not self.display_type:
            values["recurrence_id"] = self.recurrence_id.id
        if self.intro_discount and self.intro_period_count:
            values["intro_discount"] = self.intro_discount
            values["intro_period_count"] = self.intro_period_count
        return values
