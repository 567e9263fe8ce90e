from calendar import monthrange
from datetime import UTC, date, datetime

from odoo import api, fields, models


class PaymentToken(models.Model):
    """Until when a saved payment method can be charged, kept up by what the provider tells."""

    _inherit = "payment.token"

    subscription_expiry_date = fields.Date(
        "Valid Until",
        readonly=True,
        help="Last day on which this payment method can be charged, as far as the payment "
        "provider tells.",
    )
    subscription_told_at = fields.Datetime(
        "Updated By Provider",
        readonly=True,
        copy=False,
        help="When the payment provider last told that this payment method changed.",
    )

    @api.model
    def _prepare_stripe_card_values(self, card):
        """Return what Stripe tells about a card.

        :param dict card: the card of a payment method of Stripe's interface, or nothing
        :rtype: dict
        """
        if not card or not card.get("exp_year") or not card.get("exp_month"):
            return {}
        year, month = int(card["exp_year"]), int(card["exp_month"])
        values = {"subscription_expiry_date": date(year, month, monthrange(year, month)[1])}
        if card.get("last4"):
            values["payment_details"] = card["last4"]
        return values

    def _process_stripe_event(self, event):
        """Take over a card that the bank replaced; leave a method that was removed.

        An event that was overtaken by a later one changes nothing.

        :param dict event: a signed event of Stripe's interface
        """
        told_at = datetime.fromtimestamp(event.get("created") or 0, UTC).replace(tzinfo=None)
        for token in self:
            if token.subscription_told_at and told_at < token.subscription_told_at:
                continue
            values = {"subscription_told_at": told_at}
            if event["type"] == "payment_method.detached":
                if token.active:
                    values["active"] = False
            else:
                values.update(self._prepare_stripe_card_values(event["data"]["object"].get("card")))
            token.write(values)
