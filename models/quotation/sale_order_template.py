from odoo import fields, models


class SaleOrderTemplate(models.Model):
    _inherit = "sale.order.template"

    subscription_template_id = fields.Many2one(
        "subscription.template",
        check_company=True,
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
        index="btree_not_null",
        help="Subscription template of the contract that a quotation made from this template "
        "becomes. Only recurring lines are concerned.",
    )

    setup_product_id = fields.Many2one(
        "product.product",
        "Set-up Fee",
        check_company=True,
        domain="[('sale_ok', '=', True), ('is_recurring', '=', False)]",
        help="Sold once on new contracts made from this template, in place of the set-up fee "
        "of their subscription template.",
    )
    setup_price = fields.Float(
        "Set-up Price",
        min_display_digits="Product Price",
        help="In the currency of the company. 0: the price of the product.",
    )

    def _get_subscription_template(self):
        """Return the terms of quotations made from this template, the company's if none."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return self.subscription_template_id or company._get_subscription_template()
