from odoo import api, fields, models

from .amendment_plan import AmendmentPlan


class SaleOrder(models.Model):
    """Amendments of a later day: nothing is due yet, and what they do to the bills until then.

    The amount due now is what the confirmation makes the contract bill: before the day of the
    change that is nothing. Only an amendment that the customer pays online to accept it is billed
    in advance, for the periods that begin with it, and its amount is that bill.
    """

    _inherit = "sale.order"

    subscription_until_then_text = fields.Char(
        "Due Later",
        compute="_compute_subscription_until_then_text",
        help="What an amendment of a later day does to the bills until then.",
    )

    @api.depends("subscription_preview")
    def _compute_subscription_until_then_text(self):
        for order in self:
            order.subscription_until_then_text = (order.subscription_preview or {}).get(
                "later", False
            )

    def _is_change_later(self):
        """Return whether this amendment takes effect later than on the day of its amount."""
        return self._get_effective_date() > self._get_quote_date()

    def _is_prepayment_requested(self):
        """Return whether this amendment asks for money before the day of the change.

        A customer who is asked to pay online pays for what begins on that day; an amendment that
        makes the bills smaller asks for nothing.

        :rtype: bool
        """
        self.ensure_one()
        if self.state == "sale":
            return self.subscription_amendment_pending
        # sudo: salesmen have no right to read transactions
        if self.sudo().transaction_ids._get_reconcilable():
            return True
        return self.require_payment and AmendmentPlan(self).get_later_untaxed() > 0
