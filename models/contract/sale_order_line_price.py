from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """Price of a recurring line while it is a quotation; a running line keeps what was agreed."""

    _inherit = "sale.order.line"

    offered_recurrence_ids = fields.Many2many(
        "subscription.recurrence",
        compute="_compute_offered_recurrence_ids",
        help="What the subscription template offers for this product: recurrences that it has "
        "a price for, all of them when it has none.",
    )

    @api.depends("product_id", "recurrence_id", "order_id.subscription_template_id")
    def _compute_offered_recurrence_ids(self):
        every = self.env["subscription.recurrence"].search([])
        for line in self:
            offered = every
            if line.product_id.is_recurring and not line._is_begun_line():
                offered = line.order_id._get_subscription_template()._get_offered_recurrences()
                offered = line._get_priced_recurrences(offered or every) or offered or every
            line.offered_recurrence_ids = offered | line.recurrence_id

    def _get_priced_recurrences(self, recurrences):
        """Return those of some recurrences that the product of this line has a price for."""
        # sudo: customers who order online have no right to read prices
        prices = self.product_id.sudo().subscription_price_ids.filtered(
            lambda price: not price.product_id or price.product_id == self.product_id
        )
        return recurrences.filtered(
            lambda recurrence: any(
                recurrence._is_same_length(price.recurrence_id) for price in prices
            )
        )

    @api.onchange("recurrence_id")
    def _onchange_recurrence_id(self):
        """Warn when a period costs the sales price although other periods have their own."""
        product, recurrence = self.product_id, self.recurrence_id
        if (
            not recurrence
            or self._is_begun_line()
            or not product.sudo().subscription_price_ids  # sudo: as above
            or self._get_priced_recurrences(recurrence)
        ):
            return None
        return {
            "warning": {
                "title": self.env._("No price for this recurrence"),
                "message": self.env._(
                    "%(product)s has no price %(per_period)s. Its sales price stands there now, "
                    "which may be meant for another period: look at the unit price of the line.",
                    product=product.display_name,
                    per_period=recurrence._get_per_text(),
                ),
            }
        }

    def _get_pricelist_kwargs(self):
        """Ask pricelists for the price of one period."""
        kwargs = super()._get_pricelist_kwargs()
        if self.recurrence_id and not self.display_type:
            kwargs["recurrence"] = self.recurrence_id
            kwargs["recurring_pricelist"] = self.order_id.pricelist_id
        return kwargs

    @api.depends("recurrence_id")
    def _compute_price_unit(self):
        """Follow the recurrence, never on a running line.

        Core leaves a price that somebody typed alone: it differs from ``technical_price_unit``.
        """
        lines = self - self._get_begun_lines()
        super(SaleOrderLine, lines)._compute_price_unit()
        lines._take_price_of_period()

    def _take_price_of_period(self):
        """Let no price that was agreed for one period be that of a longer or shorter one. Hook."""

    def _compute_discount(self):
        """Leave the discount of running lines alone.

        It does not follow the recurrence either: a rule's percentage is the same for every
        period, and a discount that somebody typed must survive a change of terms. For the same
        reason amendments and renewals keep the discount of their contract.
        """
        agreed = self._get_begun_lines() | self.filtered(lambda line: line._get_line_before())
        super(SaleOrderLine, self - agreed)._compute_discount()

    def _get_begun_lines(self):
        """Return the lines whose terms live in their segments."""
        # sudo: a customer who looks at a contract has no right to read its segments
        return self.filtered(lambda line: line.sudo()._is_begun_line())

    def _has_agreed_discount(self, day):
        """Tell whether a line has a discount of its own, in the place of a pricelist's.

        :param date day: limited discounts that end after it do not count
        """
        segments = [
            segment
            for segment in self._get_engine_segments()
            if segment.stop > day and segment.kind not in ("trial", "limited")
        ]
        return bool(segments and segments[0].terms.discount)

    def _get_list_price_of_today(self):
        """Return unit price that a new line like this one would get.

        :rtype: float
        """
        line = self.with_company(self.company_id)
        taxes = line.product_id.taxes_id._filter_taxes_by_company(line.company_id)
        return line.product_id._get_tax_included_unit_price_from_price(
            line._get_display_price(),
            product_taxes=taxes,
            fiscal_position=line.order_id.fiscal_position_id,
        )
