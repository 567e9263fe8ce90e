from odoo import api, fields, models

from ...const import SELDOM

SHOWN_DISCOUNTS = "sale.group_discount_per_so_line"


class SaleOrderLine(models.Model):
    """For whom and when the price of a recurring line was taken from the price list.

    Core tells a price that somebody typed by its difference from ``technical_price_unit``, and what
    an import or another addon gives with a new line looks computed to it. Here a line says where
    its price is from, and only as long as nobody gave another one: the nightly check reads the
    list again for that day.
    """

    _inherit = "sale.order.line"

    subscription_listed = fields.Json(
        "Price From the List",
        copy=False,
        prefetch=SELDOM,
        help="Pricelist, fiscal position, company and day for which the price was taken from the "
        "price list. Empty where somebody typed or agreed on the price.",
    )

    def _reset_price_unit(self):
        """Note that the price list was read, or take the price that the terms say instead."""
        price = self._get_price_beside_list()
        if price is not False:
            self.update({"price_unit": price, "technical_price_unit": price})
            return
        super()._reset_price_unit()
        if self.recurrence_id and not self.display_type:
            self.subscription_listed = self._prepare_listed(self.order_id, self.price_unit)

    def _get_price_beside_list(self):
        """Return the price that comes from elsewhere, False for that of the price list. Hook.

        :rtype: float | bool
        """
        return False

    def _add_precomputed_values(self, vals_list):
        """Note which prices core takes from the list while lines are made."""
        computed = [vals for vals in vals_list if "price_unit" not in vals]
        super()._add_precomputed_values(vals_list)
        for vals in computed:
            if vals.get("recurrence_id") and vals.get("order_id") and "price_unit" in vals:
                order = self.env["sale.order"].browse(vals["order_id"])
                vals["subscription_listed"] = self._prepare_listed(order, vals["price_unit"])

    @api.model
    def _prepare_listed(self, order, price):
        """Return what the price list is read for now.

        :param order: `sale.order` of the line
        :param float price: unit price that it says
        :rtype: dict
        """
        return {
            "pricelist": order.pricelist_id._origin.id,
            "position": order.fiscal_position_id._origin.id,
            "company": order.company_id.id,
            "day": fields.Datetime.to_string(order.date_order),
            "discounts": self.env["res.groups"]._is_feature_enabled(SHOWN_DISCOUNTS),
            # When the database was read, beside which changes of prices have their own time.
            "at": fields.Datetime.to_string(self.env.cr.now()),
            "price": price,
        }

    @api.model
    def _without_listed(self, vals):
        """Return values of lines that claim a price of the list only where it is that price.

        A form sends back both as they were computed for it; a price that was typed is another one.
        """
        if "price_unit" not in vals:
            return vals
        listed = vals.get("subscription_listed")
        is_kept = isinstance(listed, dict) and listed.get("price") == vals["price_unit"]
        return {**vals, "subscription_listed": listed if is_kept else False}

    def _get_opening_segment(self):
        """Return the segment that says what this line began with, after its trial if it has one."""
        segments = self.segment_ids.sorted("start_date")
        paid = segments.filtered(lambda segment: segment.discount_kind != "trial")
        return (paid or segments)[:1]

    def _forget_listed(self, dropped):
        """Forget the list where what these lines began with gives way to what was agreed later.

        :param dropped: `subscription.segment` records that are about to be deleted
        """
        agreed = self.filtered("subscription_listed").filtered(
            lambda line: line._get_opening_segment() & dropped
        )
        if agreed:
            agreed._as_system().subscription_listed = False

    def _get_listed_price(self, quantity):
        """Return unit price that a new quotation of the noted day would ask for this line.

        :param float quantity: in the unit of this line
        :rtype: float
        """
        self.ensure_one()
        listed = self.subscription_listed
        order = self.env["sale.order"].new(
            {
                "partner_id": self.order_id.partner_id.id,
                "company_id": listed["company"],
                "pricelist_id": listed["pricelist"],
                "fiscal_position_id": listed["position"],
                "subscription_template_id": self.order_id.subscription_template_id.id,
                "date_order": listed["day"],
            }
        )
        names = ("product_id", "product_uom_id", "recurrence_id")
        line = self.new(
            {
                **{name: self[name].id for name in names},
                "order_id": order,
                "product_uom_qty": quantity,
                "product_no_variant_attribute_value_ids": (
                    self.product_no_variant_attribute_value_ids.ids
                ),
            }
        )
        return line.price_unit
