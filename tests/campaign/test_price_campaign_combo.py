from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_campaign import PriceCampaignCase
from ..support.common_combo import ComboCase


@tagged("post_install", "-at_install")
class TestPriceCampaignCombo(PriceCampaignCase, ComboCase):
    """A campaign by pricelist asks for items of a combo what a new quotation asks."""

    def test_items_follow_the_price_of_their_combo(self):
        self.travel("2027-04-01")
        order = self.create_combo(2)
        order.action_confirm()
        bundle = order.order_line[0].product_id
        items = order.order_line.filtered("combo_item_id")
        self.assertEqual(sum(items.mapped("price_unit")), 40.0)
        same = self.env["product.pricelist"].create({"name": "Same"})
        campaign = self.preview(order, method="pricelist", pricelist_id=same.id)
        self.assertFalse(campaign.line_ids, "nothing changes")
        lower = self.env["product.pricelist"].create(
            {
                "name": "Lower",
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": bundle.id,
                            "compute_price": "fixed",
                            "fixed_price": 30.01,
                        }
                    )
                ],
            }
        )
        campaign = self.preview(order, method="pricelist", pricelist_id=lower.id)
        quoted = self.create_order(
            self.line_values(bundle, 2), pricelist_id=lower.id, date_order="2027-06-01 12:00:00"
        )
        quoted.order_line = [
            Command.create(
                {
                    "product_id": item.product_id.id,
                    "product_uom_qty": 2,
                    "combo_item_id": item.combo_item_id.id,
                    "linked_line_id": quoted.order_line[0].id,
                }
            )
            for item in items
        ]
        found = {line.line_id.product_id: line.new_price for line in campaign.line_ids}
        for line in quoted.order_line.filtered("combo_item_id"):
            self.assertAlmostEqual(found[line.product_id], line.price_unit, 6)
