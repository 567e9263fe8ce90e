from odoo.http import route

from ..models.portal.retention_offer import RetentionOffer
from .portal_acts import PAGE, SubscriptionActs


class SubscriptionOffers(SubscriptionActs):
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
        return self._do(
            lambda: offer.accept(self._read_total(total)),
            lambda error: self._render_close(acts, access_token, reason_id, day, error),
            lambda: self._go_back(acts.order, access_token, "stayed"),
        )
