from odoo.http import request, route

from ..models.portal.retention_offer import RetentionOffer
from .portal_acts import PAGE
from .portal_change import SubscriptionChange


class SubscriptionOffers(SubscriptionChange):
    """What a customer who wants to leave is offered, and takes with one click."""

    @route("/my/orders/<int:order_id>/offer", methods=["POST"], **PAGE)
    def subscription_offer_accept(
        self, order_id, access_token=None, reason_id=None, day=None, total=None, **kwargs
    ):
        """Let the customer have the offer of a reason as it was shown."""
        acts = self._get_acts(order_id, access_token, "close")
        reason = self._find_reason(acts, reason_id)
        offer = RetentionOffer(acts, reason)
        if offer.is_accepted_today:  # pressed twice
            return self._go_back(acts.order, access_token, "stayed")
        done = []
        return self._do(
            lambda: done.append(self._accept(offer, total, kwargs.get("shown"))),
            lambda error: self._render_close(acts, access_token, reason_id, day, error),
            lambda: self._go_on_after_offer(acts.order, access_token, done[0]),
        )

    def _accept(self, offer, total, shown):
        """Accept an offer; return the change that it makes, if it is one.

        :rtype: sale.order
        """
        if offer.reason.offer_kind == "template":
            return offer.switch_over(shown)
        offer.accept(self._read_total(total))
        return offer.order.browse()

    def _go_on_after_offer(self, order, access_token, amendment):
        if amendment and amendment.state != "sale":
            return request.redirect(self._get_pay_url(order, access_token))
        return self._go_back(order, access_token, "stayed")
