from odoo import models
from odoo.http import request
from odoo.tools import format_date

from ..addon import RUNNING_STATES
from .checkout_text import CheckoutText
from .shop_addons import ShopAddons
from .shop_cart import ShopCart
from .shop_offer import ShopOffer


class SaleOrder(models.Model):
    """The cart: which recurrence each line has, on which terms, and what is due now."""

    _inherit = "sale.order"

    def _cart_add(self, product_id, quantity=1.0, *, recurrence_id=None, **kwargs):
        """Add a product for a period that the shop offers, its default one when nobody chose.

        :param recurrence_id: id of a `subscription.recurrence`, 0 or False for *once*; an
            accessory, or what is ordered again, that is not offered for it gets its own default
        """
        product = self.env["product.product"].browse(product_id)
        ShopCart(self).check_uom(product, kwargs.get("uom_id"))
        is_strict = True
        if recurrence_id is None and request:
            again = getattr(request, "shop_ordered_again", {}).get(product_id)
            recurrence_id, is_strict = (again.pop(0), False) if again else (None, True)
        parent = self.order_line.filtered(lambda line: line.id == kwargs.get("linked_line_id"))
        if parent and kwargs.get("combo_item_id"):
            recurrence = parent.recurrence_id.filtered(lambda _one: product.is_recurring)
        else:
            wanted = quantity + ShopCart(self).get_quantity(product, recurrence_id)
            asked = {
                "company": self.company_id,
                "website": self.website_id,
                "quantity": wanted,
            }
            if kwargs.get("uom_id"):
                asked["uom"] = self.env["uom.uom"].browse(kwargs["uom_id"])
            offer = ShopOffer(product, self.pricelist_id, **asked)
            recurrence = offer.choose(recurrence_id, is_strict=is_strict and not parent)
        return super()._cart_add(product_id, quantity, recurrence_id=recurrence.id, **kwargs)

    def _cart_find_product_line(self, product_id, uom_id, *args, recurrence_id=None, **kwargs):
        """Never merge lines of different recurrences, with the set-up fee or with a bundle."""
        lines = super()._cart_find_product_line(product_id, uom_id, *args, **kwargs)
        lines = lines.filtered(lambda line: not line.is_setup_fee and not line.shop_bundle_id)
        if recurrence_id is None:
            return lines
        return lines.filtered(lambda line: line.recurrence_id.id == recurrence_id)

    def _cart_update_line_quantity(self, line_id, quantity, **kwargs):
        """Leave the set-up fee as the terms ask for it, and a bundle whole or out."""
        line = self.order_line.filtered(lambda one: one.id == line_id)
        if line.shop_bundle_id and quantity <= 0:
            others = self.order_line.filtered("shop_bundle_id") - line
            others.unlink()
        elif warning := ShopCart(self).get_fixed_text(line):
            return {
                "added_qty": 0,
                "line_id": line.id,
                "quantity": line.product_uom_qty,
                "warning": warning,
            }
        return super()._cart_update_line_quantity(line_id, quantity, **kwargs)

    def _verify_updated_quantity(
        self, order_line, product_id, new_qty, uom_id, recurrence_id=None, **kwargs
    ):
        """Refuse products on other terms than those in the cart, and too few for a period."""
        if not order_line and not kwargs.get("combo_item_id"):
            product = self.env["product.product"].browse(product_id)
            recurrence = self.env["subscription.recurrence"].browse(recurrence_id or [])
            if refusal := ShopCart(self).get_refusal(product, recurrence):
                return 0, refusal
        if recurrence_id is None and (refusal := ShopCart(self).get_few_text(order_line, new_qty)):
            return order_line.product_uom_qty, refusal
        return super()._verify_updated_quantity(order_line, product_id, new_qty, uom_id, **kwargs)

    def _create_new_cart_line(self, product_id, quantity, uom_id, recurrence_id=None, **kwargs):
        """Take the terms of the first recurring product over."""
        if recurrence_id and quantity > 0:
            ShopCart(self).take_template(self.env["product.product"].browse(product_id))
        return super()._create_new_cart_line(
            product_id, quantity, uom_id, recurrence_id=recurrence_id, **kwargs
        )

    def _prepare_order_line_values(
        self, product_id, quantity, uom_id, *, recurrence_id=None, **kwargs
    ):
        """Bill the line as the customer chose."""
        values = super()._prepare_order_line_values(product_id, quantity, uom_id, **kwargs)
        product = self.env["product.product"].browse(values["product_id"])
        return {**values, **self._prepare_recurrence_values(product, recurrence_id)}

    def _prepare_order_line_update_values(self, order_line, quantity, recurrence_id=None, **kwargs):
        """Bill the line for another period, if the shop sells its product so."""
        values = super()._prepare_order_line_update_values(order_line, quantity, **kwargs)
        if recurrence_id is None or order_line._has_fixed_recurrence():
            return values
        product = order_line.product_id
        recurrence = order_line._get_shop_offer(quantity).choose(recurrence_id)
        if recurrence.id != order_line.recurrence_id.id:
            ShopCart(self).check_joins(order_line, recurrence)
            values.update(self._prepare_recurrence_values(product, recurrence.id))
        return values

    def _prepare_recurrence_values(self, product, recurrence_id):
        """Return what a line of the cart has for being billed for a period, or once."""
        if not product.is_recurring:
            return {}
        template = product.product_tmpl_id
        has_intro = recurrence_id and template.intro_discount and template.intro_period_count
        return {
            "recurrence_id": recurrence_id or False,
            "intro_discount": template.intro_discount if has_intro else 0.0,
            "intro_period_count": template.intro_period_count if has_intro else 0,
        }

    def _cart_update_order_line(self, order_line, quantity, recurrence_id=None, **kwargs):
        """Price a line anew that is billed for another period."""
        before = order_line.recurrence_id
        line = super()._cart_update_order_line(
            order_line, quantity, recurrence_id=recurrence_id, **kwargs
        )
        if line and line.recurrence_id != before:
            self._recompute_prices()
        return line

    def _recompute_prices(self):
        """Let a cart be billed as it is sold; its set-up fee costs what its terms name."""
        carts = self.filtered(lambda order: order.website_id and order.state == "draft")
        for cart in carts:
            ShopCart(cart).update_recurrences()
        result = super()._recompute_prices()
        for cart in carts:
            ShopCart(cart).restore_setup_fee()
        return result

    def _recompute_cart(self):
        """Ask for the amount of today."""
        super()._recompute_cart()
        ShopCart(self).refresh()

    def _verify_cart_after_update(self):
        """Settle the terms after each change."""
        if self:
            ShopCart(self).refresh()
        super()._verify_cart_after_update()

    def _cart_accessories(self):
        """Suggest the add-ons of the terms first."""
        suggested = super()._cart_accessories()
        if not self._get_recurring_lines():
            return suggested
        terms = self._get_subscription_template().sudo()
        addons = ShopAddons(terms, self).get_suggested() - self.order_line.product_id
        return [*addons, *(product for product in suggested if product not in addons)]

    # ------------------------------------------------------------------
    # Payment
    # ------------------------------------------------------------------

    def _needs_method_for_free(self):
        """Return whether this cart costs nothing yet, and waits for a method to be saved.

        Core confirms what costs nothing without any payment.
        """
        self.ensure_one()
        return bool(
            self.state == "draft"
            and self._is_payment_token_required()
            and not self.subscription_payment_token_id.active
            and self.currency_id.is_zero(self.amount_total)
        )

    def _confirm_free_carts(self):
        """Confirm carts that cost nothing yet and have their method now."""
        for cart in self:
            is_cart = cart.website_id and cart.state == "draft" and cart.is_subscription
            if (
                is_cart
                and cart.subscription_payment_token_id.active
                and cart.currency_id.is_zero(cart.amount_total)
            ):
                cart._validate_order()

    def _get_shop_trial(self):
        """Return until when this cart is free, False where it is not."""
        return CheckoutText(self).get_trial()

    def _get_shop_status(self):
        """Return in one sentence what became of a cart: a contract, and when it is billed next."""
        self.ensure_one()
        start = format_date(self.env, self.subscription_start_date)
        if self.subscription_state == "upcoming":
            return self.env._(
                "Your contract %(order)s begins on %(day)s.", order=self.name, day=start
            )
        return self.env._("Your contract %(order)s runs since %(day)s.", order=self.name, day=start)

    # ------------------------------------------------------------------
    # What is a cart
    # ------------------------------------------------------------------

    def copy_data(self, default=None):
        """Make a copy of a contract a quotation: a draft of the website is its customer's cart."""
        vals_list = super().copy_data(default)
        if "website_id" not in (default or {}):
            for order, vals in zip(self, vals_list, strict=True):
                if order._is_about_contracts():
                    vals["website_id"] = False
        return vals_list

    def action_draft(self):
        """Make a contract that was cancelled a quotation, and no cart."""
        contracts = self.filtered(lambda order: order.website_id and order._is_about_contracts())
        contracts.website_id = False
        return super().action_draft()

    def _filter_can_send_abandoned_cart_mail(self):
        """Let the link of the mail open a cart that its customer never looked at, too."""
        carts = super()._filter_can_send_abandoned_cart_mail()
        for cart in carts:
            cart._portal_ensure_token()
        return carts

    def _is_reorder_allowed(self):
        """Offer to order again once a contract is over; a running one has a page for changes."""
        if self.subscription_state in RUNNING_STATES:
            return False
        return super()._is_reorder_allowed()

    def _can_be_revived_by(self, website):
        """Return whether a link may make this order the cart of a visitor."""
        self.ensure_one()
        return self.website_id == website and self.subscription_order_type == "new"
