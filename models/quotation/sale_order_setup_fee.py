from odoo import api, fields, models
from odoo.fields import Command

from .setup_fee import SetupFee


class SaleOrder(models.Model):
    """The set-up fee: offered once on the quotation of a new contract, nowhere else."""

    _inherit = "sale.order"

    subscription_setup_offered = fields.Boolean(
        "Set-up Fee Offered",
        help="The set-up fee of the subscription template was put on this quotation. Whoever "
        "takes its line away does not get it again.",
    )

    def _hook_on_created(self):
        """Offer the set-up fee on new quotations."""
        super()._hook_on_created()
        self._update_setup_fee()

    def _hook_on_lines_created(self, lines):
        """Offer the set-up fee with the first recurring line."""
        super()._hook_on_lines_created(lines)
        self._update_setup_fee()

    def _hook_on_written(self, vals, old_ends):
        """Let the set-up fee follow the terms."""
        super()._hook_on_written(vals, old_ends)
        names = {"subscription_template_id", "sale_order_template_id", "subscription_order_type"}
        if "order_line" in vals or names & set(vals):
            self._update_setup_fee(is_new_template=bool(names & set(vals)))

    @api.onchange("order_line")
    def _onchange_order_line_setup(self):
        """Show the set-up fee as soon as something recurring is typed."""
        self._update_setup_fee()

    @api.onchange("subscription_template_id", "sale_order_template_id")
    def _onchange_template_setup(self):
        """Let the set-up fee follow the terms while a quotation is filled in."""
        self._update_setup_fee(is_new_template=True)

    def _update_setup_fee(self, is_new_template=False):
        """Put the set-up fee on quotations, or take it away where the terms ask for none.

        :param bool is_new_template: look again even if the fee was offered before
        """
        for order in self:
            if order.state not in ("draft", "sent") or order.subscription_quote_frozen:
                continue
            lines = order.order_line.filtered("is_setup_fee")
            product, price = SetupFee(order).get()
            if not product:
                SetupFee(order).drop(lines)
                if order.subscription_setup_offered:
                    order.subscription_setup_offered = False
                continue
            if order.subscription_setup_offered and not is_new_template:
                continue
            order.subscription_setup_offered = True
            if lines.product_id != product or (price and lines.price_unit != price):
                SetupFee(order).drop(lines)
                order.order_line = [Command.create(SetupFee(order).prepare_line(product, price))]
