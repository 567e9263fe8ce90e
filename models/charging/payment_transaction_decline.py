from odoo import fields, models

from ...engine import charging

DECLINE_CLASSES = [
    (charging.LATER, "Try later"),
    (charging.METHOD, "New method needed"),
    (charging.NEVER, "Never again"),
]


class PaymentTransaction(models.Model):
    """Why a charge was declined, in the provider's word for it and in ours."""

    _inherit = "payment.transaction"

    subscription_decline_code = fields.Char(
        "Decline Code",
        readonly=True,
        help="The payment provider's own word for the reason of the decline.",
    )
    subscription_decline_class = fields.Selection(
        DECLINE_CLASSES,
        "After the Decline",
        readonly=True,
        help="Try later: the same method may go through another day. New method needed: this one "
        "will not. Never again: the bank or the customer forbade further attempts.",
    )

    def _get_decline_classes(self):
        """Return what the codes of this provider mean, by code. Hook of feature files.

        Called when a charge was declined. Extend it for a ``provider_code``; a code that is
        missing counts as 'later'.

        :rtype: dict[str, str]
        """
        self.ensure_one()
        return {}

    def _get_decline_text(self):
        """Return why this charge was declined, in a sentence. Hook of feature files.

        Called when people are told. Extend it for a ``provider_code`` whose words are known; what
        the provider itself says is the rest.

        :rtype: str
        """
        self.ensure_one()
        if self._is_given_free():
            return self.env._("The payment was voided before the money was taken.")
        return self.state_message or self.env._("The payment provider gave no reason.")

    def _is_authentication_needed(self):
        """Return whether the bank wants the customer to confirm this payment in person. Hook.

        :rtype: bool
        """
        self.ensure_one()
        return False

    def _note_decline(self):
        """Class charges that were declined or cancelled; forget the class of any other."""
        for tx in self:
            if tx.state in ("error", "cancel"):
                codes = (tx.subscription_decline_code or "").split("/")
                tx._as_system().subscription_decline_class = charging.decline_class(
                    codes, tx._get_decline_classes()
                )
            elif tx.subscription_decline_class:
                tx._as_system().write(
                    {"subscription_decline_class": False, "subscription_decline_code": False}
                )
