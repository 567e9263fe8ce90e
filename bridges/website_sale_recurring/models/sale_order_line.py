from odoo import fields, models

from .shop_cart import ShopCart
from .shop_offer import ShopOffer, get_kept


class SaleOrderLine(models.Model):
    """A line of the cart: how it is billed, and how else it could be."""

    _inherit = "sale.order.line"

    shop_bundle_id = fields.Many2one(
        "sale.order.template",
        "Bundle of the Shop",
        index="btree_not_null",
        copy=False,
        readonly=True,
        help="The quotation template that this line was bought with, as one.",
    )

    def unlink(self):
        """Take the set-up fee out of a cart with the last line of its contract, whoever does it.

        Core does it to what is archived, and staff may do it.
        """
        recurring = self.filtered("recurrence_id")
        carts = recurring.order_id.filtered(lambda one: one.website_id and one.state == "draft")
        result = super().unlink()
        for cart in carts.filtered(lambda one: not one._get_recurring_lines()):
            ShopCart(cart).restore_setup_fee()
        return result

    def _show_in_cart(self):
        """Show the set-up fee with the totals: a customer can neither add to it nor remove it."""
        return super()._show_in_cart() and not self.is_setup_fee

    def _is_reorder_allowed(self):
        """Order again what a contract had at its end, and not also what was changed before."""
        # sudo: customers have no right to read segments
        line = self.sudo()
        stop, ends = line.order_id.subscription_end_date, line.segment_ids.mapped("end_date")
        is_past = stop and ends and all(ends) and max(ends) < stop
        return not is_past and super()._is_reorder_allowed()

    def _get_shop_choices(self):
        """Return how else this line of a cart may be billed; one choice is none.

        :return: pairs of an id, 0 for *once*, and a name
        :rtype: list[tuple]
        """
        if not self.product_id.is_recurring or self._has_fixed_recurrence():
            return []
        choices = self._get_shop_offer().get_choices()
        return [(choice.id or 0, choice.name or self.env._("Once")) for choice in choices]

    def _get_shop_offer(self, quantity=None):
        """Return how the shop sells the product of this line to its customer.

        :param quantity: how much of it, that of the line when empty
        :rtype: ShopOffer
        """
        self.ensure_one()
        return ShopOffer(
            self.product_id,
            self.order_id.pricelist_id,
            company=self.company_id,
            website=self.order_id.website_id,
            quantity=quantity or self.product_uom_qty,
            uom=self.product_uom_id,
            kept=get_kept("shop_kept_choices"),
        )

    def _is_offered_in_shop(self, quantity=None):
        """Return whether the shop sells the product of this line for its recurrence."""
        return self.recurrence_id in self._get_shop_offer(quantity).get_choices()

    def _has_fixed_recurrence(self):
        """Return whether a customer cannot choose how this line of a cart is billed.

        :rtype: bool
        """
        self.ensure_one()
        is_combo = self.combo_item_id or self.product_type == "combo"
        # What a promotion gives is as it is given; promotions may not be installed.
        is_given = "reward_id" in self._fields and self.reward_id
        return bool(is_combo or is_given or self.is_setup_fee or self.shop_bundle_id)
