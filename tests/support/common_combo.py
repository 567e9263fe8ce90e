from odoo.fields import Command

from ..common import SubscriptionCommon


class ComboCase(SubscriptionCommon):
    """Contracts over combos, as the configurator makes them."""

    def create_combo(self, quantity, **values):
        """Return a quotation over a combo of seats and support, as the configurator makes it."""
        combos = self.env["product.combo"].create(
            [
                {
                    "name": product.name,
                    "combo_item_ids": [Command.create({"product_id": product.id})],
                }
                for product in (self.seat, self.support)
            ]
        )
        bundle = self.env["product.product"].create(
            {
                "name": "Office",
                "type": "combo",
                "list_price": 40.0,
                "combo_ids": [Command.set(combos.ids)],
            }
        )
        order = self.create_order(self.line_values(bundle, quantity), **values)
        order.order_line = [
            Command.create(
                {
                    "product_id": item.product_id.id,
                    "product_uom_qty": quantity,
                    "combo_item_id": item.id,
                    "linked_line_id": order.order_line[0].id,
                }
            )
            for item in combos.combo_item_ids
        ]
        return order
