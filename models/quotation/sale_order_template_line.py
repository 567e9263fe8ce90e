from odoo import api, fields, models


class SaleOrderTemplateLine(models.Model):
    _inherit = "sale.order.template.line"

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

    intro_discount = fields.Float(
        "Intro Discount (%)",
        digits="Discount",
        help="Discount of the first paid periods only. It ends by itself.",
    )
    intro_period_count = fields.Integer(
        "Intro Periods", help="For how many periods the intro discount holds."
    )

    _intro_discount_is_percentage = models.Constraint(
        "CHECK (intro_discount >= 0 AND intro_discount <= 100)",
        "An intro discount must lie between 0 and 100 %.",
    )
    _intro_period_count_not_negative = models.Constraint(
        "CHECK (intro_period_count >= 0)",
        "The number of periods of an intro discount cannot be negative. Use 0 for none.",
    )

    @api.depends("product_id", "sale_order_template_id.subscription_template_id")
    def _compute_recurrence_id(self):
        for line in self:
            if line.display_type or not line.product_id.is_recurring:
                line.recurrence_id = False
                continue
            terms = line.sale_order_template_id._get_subscription_terms()
            offered = terms._get_offered_recurrences() if terms else line.recurrence_id
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
