from odoo import fields, models
from odoo.fields import Command


class SaleOrderDiscount(models.TransientModel):
    """The *Discount* button of a quotation that sells something recurring."""

    _inherit = "sale.order.discount"

    is_subscription = fields.Boolean(related="sale_order_id.is_subscription")
    subscription_started = fields.Boolean("Contract Runs", compute="_compute_subscription_started")

    def _compute_subscription_started(self):
        for wizard in self:
            wizard.subscription_started = wizard.sale_order_id._is_subscription_started()

    def _create_discount_lines(self):
        """Take the discount off what a quotation asks for now, not off whole periods.

        Core takes the full price of each line, of which the first invoice may bill a few days only.
        """
        order = self.sale_order_id
        if not order.is_subscription or self.subscription_started:
            return super()._create_discount_lines()
        wizard = self.with_context(lang=order._get_lang())
        product = wizard._get_discount_product()
        AccountTax = self.env["account.tax"]
        base_lines = order._get_due_now_base_lines()
        AccountTax._add_tax_details_in_base_lines(base_lines, order.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, order.company_id)
        is_percent = self.discount_type == "so_discount"
        discounts = AccountTax._prepare_global_discount_lines(
            base_lines=base_lines,
            company=self.company_id,
            amount_type="percent" if is_percent else "fixed",
            amount=self.discount_percentage * 100.0 if is_percent else self.discount_amount,
            computation_key=f"global_discount,{self.id}",
            grouping_function=lambda _base_line: {"product_id": product},
        )
        order.order_line = [
            Command.create(values) for values in wizard._prepare_global_discount_so_lines(discounts)
        ]
        return None
