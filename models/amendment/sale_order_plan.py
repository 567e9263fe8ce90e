from odoo import models

from .amendment_plan import AmendmentPlan


class SaleOrder(models.Model):
    """What an amendment would do: the new segments of the contract, and what then falls due.

    Nothing here writes. The segments are those that the confirmation stores, the items those
    that the billing run finds afterwards, so that the amount due now is the next document.
    """

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    def _get_effective_date(self):
        """Return the first day of the change that an amendment makes.

        :return: the day that was fixed, else what follows from today; never before the contract
        :rtype: date
        """
        self.ensure_one()
        accepted = self._get_quote_date()
        is_fixed = self.subscription_quote_frozen or self.state == "sale"
        day = self.subscription_effective_date
        if self.subscription_effective_mode == "now" and not (is_fixed and day):
            day = accepted
        elif self.subscription_effective_mode == "period" and not (is_fixed and day):
            day = AmendmentPlan(self).get_next_period_date(accepted)
        start = self._get_amended_contract().subscription_start_date
        return max(day or accepted, start or accepted)

    def _get_subscription_start(self):
        """Begin what an amendment adds on the day of the change."""
        return (
            self._get_effective_date()
            if self._is_amendment()
            else super()._get_subscription_start()
        )

    def _get_subscription_anchor(self):
        """Count the periods of what an amendment adds from the anchor of its contract."""
        if self._is_amendment():
            return self._get_amended_contract()._get_subscription_anchor()
        return super()._get_subscription_anchor()

    def _get_subscription_term_end(self):
        """End what an amendment adds with its contract."""
        if self._is_amendment():
            return self._get_amended_contract()._get_subscription_term_end()
        return super()._get_subscription_term_end()

    def _subscription_freeze_quote(self, day=None):
        """Fix the first day of the change together with the amount."""
        super()._subscription_freeze_quote(day)
        for order in self.filtered(lambda order: order._is_open_amendment()):
            if order.subscription_effective_mode != "date" and order.subscription_quote_frozen:
                order.subscription_effective_date = False
                order.subscription_effective_date = order._get_effective_date()

    # ------------------------------------------------------------------
    # Segments
    # ------------------------------------------------------------------

    # ------------------------------------------------------------------
    # What falls due
    # ------------------------------------------------------------------

    def _get_items_of_amendment(self, until):
        """Compare the contract as an amendment wants it with what was billed."""
        if not self._is_amendment():
            return super()._get_items_of_amendment(until)
        return AmendmentPlan(self).get_due_items() if self._is_open_amendment() else []

    def _get_accepted_items(self, until):
        """Bill first what the customer of an amendment accepted online."""
        is_asked = not until and self.state == "sale"
        pending = is_asked and self._get_pending_amendments()[:1]
        if pending:
            return self._get_items_accepted_for(pending)
        return super()._get_accepted_items(until)

    # ------------------------------------------------------------------
    # The coming months of a contract as one of its amendments would make them
    # ------------------------------------------------------------------

    def _get_simulated_contract(self):
        """Look at the pauses and the end of the contract that an amendment is about."""
        if self._is_amendment():
            return self._get_amended_contract()
        return super()._get_simulated_contract()

    def _get_simulated_segments(self):
        """Begin with the segments that the confirmation of an amendment would store."""
        return (
            AmendmentPlan(self).get_segments()
            if self._is_amendment()
            else super()._get_simulated_segments()
        )
