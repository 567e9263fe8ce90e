from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .changed import mark_changed


class SubscriptionPrice(models.Model):
    """Price of a product for one recurrence: what one unit costs for one full period.

    Pricelists work on top of it exactly as they work on the sales price of a product that is
    sold once. A product without a price for a recurrence costs its sales price per period.
    """

    _name = "subscription.price"
    _description = "Recurring Price"
    # By ids where nobody looks: each page of the shop reads the prices of its products, and their
    # list says its own order.
    _order = (
        "product_tmpl_id.id, product_id.id, recurrence_id, pricelist_id.id, min_quantity, "
        "date_start, id"
    )
    _check_company_auto = True

    product_tmpl_id = fields.Many2one(
        "product.template",
        "Product",
        compute="_compute_product_tmpl_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        help="What is sold again and again.",
    )
    product_id = fields.Many2one(
        "product.product",
        "Variant",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('product_tmpl_id', '=', product_tmpl_id)]",
        help="Leave empty for a price of all variants; the extra prices of their attributes are "
        "added to it. The price of a named variant is complete.",
    )
    product_variant_count = fields.Integer(related="product_tmpl_id.product_variant_count")
    product_uom_id = fields.Many2one(related="product_tmpl_id.uom_id")
    recurrence_id = fields.Many2one(
        "subscription.recurrence",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        help="The billing period that this price is for.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Leave empty for all customers. Discounts and formulas of the pricelist are still "
        "applied on top of this price.",
    )
    min_quantity = fields.Float(
        "From Quantity",
        default=0.0,
        digits="Product Unit",
        help="Smallest quantity, in the unit of the product, that gets this price for all of it.",
    )
    date_start = fields.Date(
        "Sold From", help="First day on which the price is given to new lines. Empty: always."
    )
    date_end = fields.Date(
        "Sold Until", help="Last day on which the price is given to new lines. Empty: always."
    )
    price = fields.Float(
        required=True,
        min_display_digits="Product Price",
        help="Price of one unit for one full period. Running contracts keep the price that they "
        "were sold at.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Leave empty to sell at this price in all companies.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Prices in the currency of a quotation win over prices that must be converted.",
    )

    _min_quantity_not_negative = models.Constraint(
        "CHECK (min_quantity >= 0)", "The minimum quantity of a recurring price starts at 0."
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_start IS NULL OR date_end IS NULL OR date_start <= date_end)",
        "A recurring price must be sold from a day before the day it is sold until.",
    )

    @api.depends("product_id")
    def _compute_product_tmpl_id(self):
        for price in self.filtered("product_id"):
            price.product_tmpl_id = price.product_id.product_tmpl_id

    @api.depends("product_tmpl_id", "pricelist_id")
    def _compute_company_id(self):
        for price in self:
            price.company_id = (
                price.company_id
                or price.pricelist_id.company_id
                or price.product_tmpl_id.company_id
            )

    @api.depends("pricelist_id", "company_id")
    def _compute_currency_id(self):
        for price in self:
            price.currency_id = (
                price.pricelist_id.currency_id
                or price.currency_id
                or price.company_id.currency_id
                or self.env.company.currency_id
            )

    @api.depends("product_tmpl_id", "product_id", "recurrence_id", "price", "currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for price in self:
            price.display_name = self.env._(
                "%(product)s: %(price)s",
                product=(price.product_id or price.product_tmpl_id).display_name,
                price=price._get_price_text(),
            )

    def _get_price_text(self):
        """Return the price with its period, for instance "10.00 € / month".

        :rtype: str
        """
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        return self.env._(
            "%(amount)s / %(period)s",
            amount=currency._format_unit_price(self.price),
            period=self.recurrence_id.period_text or "",
        )

    @api.constrains("product_id", "product_tmpl_id")
    def _check_variant(self):
        for price in self:
            if price.product_id and price.product_id.product_tmpl_id != price.product_tmpl_id:
                raise ValidationError(
                    self.env._(
                        "%(variant)s is not a variant of %(product)s. Choose one of its own "
                        "variants, or none for a price of all of them.",
                        variant=price.product_id.display_name,
                        product=price.product_tmpl_id.display_name,
                    )
                )

    @api.constrains(
        "product_tmpl_id",
        "product_id",
        "recurrence_id",
        "pricelist_id",
        "min_quantity",
        "date_start",
        "date_end",
        "company_id",
        "currency_id",
    )
    def _check_unique(self):
        for price in self:
            others = price.product_tmpl_id.subscription_price_ids - price
            if any(price._competes_with(other) for other in others):
                raise ValidationError(
                    self.env._(
                        "There is already a price of %(product)s, %(recurrence)s, for the same "
                        "customers, quantity and dates. Change that one instead.",
                        product=(price.product_id or price.product_tmpl_id).display_name,
                        recurrence=price.recurrence_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _mark_product_changed(self):
        """Let products that lose a price count as changed: they cost something else before."""
        mark_changed(self.product_tmpl_id)

    def _competes_with(self, other):
        """Return whether nothing but chance would decide between the two prices."""
        same = all(
            self[name] == other[name]
            for name in ("product_id", "pricelist_id", "min_quantity", "company_id", "currency_id")
        )
        if not same or not self.recurrence_id._is_same_length(other.recurrence_id):
            return False
        if self._is_dated() != other._is_dated():
            return False
        starts_late = self.date_start and other.date_end and self.date_start > other.date_end
        ends_early = self.date_end and other.date_start and self.date_end < other.date_start
        return not starts_late and not ends_early

    def _is_for_everybody(self):
        """Return whether any customer pays this price for any number on any day."""
        self.ensure_one()
        is_special = self.pricelist_id or self.min_quantity or self._is_dated()
        return bool(self.recurrence_id) and not is_special

    def _is_dated(self):
        return bool(self.date_start or self.date_end)
