from odoo.http import request, route
from werkzeug.exceptions import NotFound

from odoo.addons.website_sale.controllers.cart import Cart

from ..addon import SubscriptionPayment
from ..models.own_contracts import OwnContracts
from ..models.shop_cart import ShopCart


class SubscriptionCart(Cart):
    """The cart shows the amount of today, and only carts become a cart."""

    def _cart_values(self, **post):
        """Offer to change a running contract in place of a second one."""
        own = OwnContracts(request.cart, request.env.user).get() if request.cart else []
        return {**super()._cart_values(**post), "shop_contracts": own}

    @route()
    def cart(self, id=None, access_token=None, revive_method="", **post):
        """Bring the amount due now up to today; take no quotation or amendment for a cart."""
        if id and access_token:
            order_id = self._cast_as_int(id)
            SubscriptionPayment._check_id(order_id)
            SubscriptionPayment._check_text(access_token)
            # sudo: core compares the token, and what is no cart is nobody's
            order_sudo = request.env["sale.order"].sudo().browse(order_id or 0).exists()
            if not order_sudo or not order_sudo._can_be_revived_by(request.website):
                raise NotFound
            if revive_method == "merge" and request.cart and order_sudo.is_subscription:
                # Two carts may have other terms: the one that was left is taken whole.
                revive_method = "squash"
        request.shop_kept_choices = {}  # each line is asked again and again while the page is made
        if request.cart:
            ShopCart(request.cart).refresh_of_day()
        return super().cart(id=id, access_token=access_token, revive_method=revive_method, **post)
