from odoo import models


class SaleOrder(models.Model):
    """Contracts on the pages of their customers.

    The work is done by :class:`ContractList`, :class:`ContractPage` and :class:`ContractStatus`,
    which write nothing.
    """

    _inherit = "sale.order"

    def _has_contract_page(self):
        """Return whether this order is shown as a contract: it runs or ran, and is no paper."""
        self.ensure_one()
        return (
            self.is_subscription
            and self.state == "sale"
            and self.subscription_order_type != "amendment"
            and self._is_subscription_started()
        )
