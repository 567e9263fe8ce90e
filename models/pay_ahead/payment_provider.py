from odoo import models


class PaymentProvider(models.Model):
    """Which providers a customer may pay the next period with."""

    _inherit = "payment.provider"

    def _can_pay_ahead(self):
        """Return whether a payment by this provider ends by itself, well or badly.

        A bank transfer that never comes would keep the next period from being billed on its day.

        :rtype: bool
        """
        self.ensure_one()
        return self.code not in ("none", "custom")
