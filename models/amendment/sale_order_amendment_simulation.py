from odoo import models


class SaleOrder(models.Model):
    """The coming months of a contract as one of its amendments would make them."""

    _inherit = "sale.order"

    def _get_simulated_contract(self):
        """Look at the pauses and the end of the contract that an amendment is about."""
        if self._is_amendment():
            return self._get_amended_contract()
        return super()._get_simulated_contract()

    def _get_simulated_steps(self):
        """Begin with the steps that the confirmation of an amendment would store."""
        return (
            self._get_amendment_steps() if self._is_amendment() else super()._get_simulated_steps()
        )
