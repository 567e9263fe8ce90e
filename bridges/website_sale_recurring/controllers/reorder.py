from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route
from werkzeug.exceptions import NotFound

from odoo.addons.website_sale.controllers.reorder import CustomerPortal

from ..addon import SubscriptionPayment


class SubscriptionReorder(CustomerPortal):
    """What was ordered before is ordered again as it was: for its period, or once."""

    @route()
    def my_orders_reorder(self, order_id=None, access_token=None):
        """Let the cart know for which periods the products were ordered; core does not say it."""
        SubscriptionPayment._check_id(order_id)
        SubscriptionPayment._check_text(access_token)
        if not order_id:
            raise NotFound
        request.shop_ordered_again = self._get_periods(order_id, access_token)
        return super().my_orders_reorder(order_id, access_token=access_token)

    def _get_periods(self, order_id, access_token):
        """Return ids of recurrences, 0 for once, by product in the order of the lines.

        :rtype: dict[int, list[int]]
        """
        try:
            order_sudo = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return {}  # core answers
        periods = {}
        for line in order_sudo.order_line.filtered(lambda line: line._is_reorder_allowed()):
            periods.setdefault(line.product_id.id, []).append(line.recurrence_id.id or 0)
        return periods
