from odoo import models


class AccountMove(models.Model):
    """Whether a document may be charged again, because its method was renewed."""

    _inherit = "account.move"

    def _is_another_method_since(self, last):
        """Take a card that was renewed under its own number as another one."""
        if super()._is_another_method_since(last):
            return True
        token = self._get_subscription_token()
        return bool(token) and bool(token._is_renewed_since(last))
