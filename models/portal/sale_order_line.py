from odoo import models


class SaleOrderLine(models.Model):
    """What customers may change, and amendments by which they accept an offer and stay."""

    _inherit = "sale.order.line"

    def _hook_on_amendment_confirmed(self, contract):
        """Hook. Record that a customer who wanted to leave is on other terms instead."""
        super()._hook_on_amendment_confirmed(contract)
        self.order_id.subscription_offer_reason_id._record_switch(self.order_id, contract)

    def _is_changed_by_customer(self):
        """Return whether a customer may choose the quantity of this line. Hook.

        That is so where it is billed by a quantity of its own.

        :rtype: bool
        """
        self.ensure_one()
        return bool(
            self.product_id
            and self.product_id.type != "combo"
            and not self.combo_item_id
            and self.price_unit >= 0
            and self._get_subscription_basis() == "ordered"
        )
