from dataclasses import replace
from fractions import Fraction

from odoo import api, fields, models

from ... import const
from ...engine.money import Currency, is_same_price, to_decimal
from ...engine.price_rise import is_finer, last_digit
from ...engine.recurrence import Grid
from ...engine.segment import monthly


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
        self._take_agreed_price_back()
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
        before = {line: line.price_unit for line in lines if line._get_line_before()}
        # Core compares prices as amounts of money, of which some are finer.
        fine = lines.browse() if self.env.context.get("force_price_recomputation") else lines
        fine = fine.filtered(lambda line: line in before and line._has_finer_price())
        super(SaleOrderLine, lines - fine)._compute_price_unit()
        lines._take_price_of_period()
        for line, price in before.items():
            is_list = to_decimal(line.price_unit) == to_decimal(line.technical_price_unit)
            if line.price_unit != price and is_list and line._is_of_other_length():
                line._take_list_discount()

    def _take_price_of_period(self):
        """Put what is billed more or less often on its list price, without one in proportion.

        A price agreed for a month would else be that of a year, and one of a dozen that of a unit.
        What somebody types here is kept.
        """
        priced = self.with_context(sale_write_from_compute=True)
        for line in priced.filtered(lambda line: line._has_price_of_other_period()):
            if line._is_of_other_length() and line._get_priced_recurrences(line.recurrence_id):
                line.price_unit = line.technical_price_unit = line._get_list_price_of_today()
            else:
                line.price_unit = line._get_agreed_price(line.recurrence_id, line.product_uom_id)

    def _get_agreed_price(self, recurrence, uom):
        """Return the price before in proportion, to three digits that count or more.

        A price that is finer than money keeps two digits more than it has.

        :param recurrence: `subscription.recurrence` that it is asked for
        :param uom: `uom.uom` that it is asked for
        :return: the price itself for the recurrence and the unit that it was agreed for
        :rtype: float
        """
        before, share = self._get_line_before().sudo(), Fraction(1)
        if not recurrence._is_same_length(before.recurrence_id):
            share = self._get_per_month(before.recurrence_id) / self._get_per_month(recurrence)
        if uom != before.product_uom_id and self.product_id == before.product_id:
            share *= Fraction(uom.factor) / Fraction(before.product_uom_id.factor)
        price = to_decimal(self._get_price_before())
        if share == 1:
            return float(price)
        exact, step = Fraction(price) * share, to_decimal(self.currency_id.rounding)
        if is_finer(price, step):
            step = last_digit(price) / 100
        while exact and abs(exact) < 100 * step:
            step /= 10
        return float(Currency("", step).round(exact))

    def _take_agreed_price_back(self):
        """Go back to the price before where a recurrence that was tried is given up again.

        Meanwhile the line had a list price, and its own would else be lost.
        """
        priced = self.with_context(sale_write_from_compute=True)
        for line in priced.filtered(lambda line: line._get_line_before()):
            before, agreed = line._get_line_before().sudo(), line._get_price_before()
            names = ("product_id", "recurrence_id", "product_uom_id")
            is_list = is_same_price(line.price_unit, line.technical_price_unit)
            if (
                agreed is not False
                and is_list
                and all(line[name] == before[name] for name in names)
            ):
                line.price_unit = agreed

    def _get_per_month(self, recurrence):
        """Return how many periods of a recurrence one month holds.

        :rtype: Fraction
        """
        grid = Grid(recurrence._get_engine_recurrence(), const.ANY_DAY)
        return monthly(replace(self._get_typed_terms(), grid=grid))

    def _has_finer_price(self):
        """Return whether the price is another one than the list's by less than money can say."""
        self.ensure_one()
        prices = self.price_unit, self.technical_price_unit
        return not (
            is_same_price(*prices)
            or not self.currency_id
            or self.currency_id.compare_amounts(*prices)
        )

    def _get_price_before(self):
        """Return the price that this line took over from the line that it goes on with. Hook.

        :return: as typed on an order line, False where it took over none
        :rtype: float | bool
        """
        return False

    def _has_price_of_other_period(self):
        """Return whether the price here was agreed, or reckoned, for another recurrence or unit."""
        self.ensure_one()
        before, agreed = self._get_line_before().sudo(), self._get_price_before()
        if (
            agreed is False
            or not (before.recurrence_id and self.recurrence_id)
            or is_same_price(self.price_unit, self.technical_price_unit)
        ):
            return False
        wanted = self._get_agreed_price(self.recurrence_id, self.product_uom_id)
        if is_same_price(self.price_unit, wanted):
            return False
        return is_same_price(self.price_unit, agreed) or any(
            is_same_price(self.price_unit, self._get_agreed_price(recurrence, uom))
            for recurrence in self.env["subscription.recurrence"].search([])
            for uom in before.product_uom_id | self.allowed_uom_ids
        )

    def _is_of_other_length(self):
        """Return whether this line is billed more or less often than the one it goes on with."""
        before = self._get_line_before().sudo().recurrence_id
        return bool(before and self.recurrence_id) and not self.recurrence_id._is_same_length(
            before
        )

    def _get_begun_lines(self):
        """Return the lines whose terms live in their segments."""
        # sudo: a customer who looks at a contract has no right to read its segments
        return self.filtered(lambda line: line.sudo()._is_begun_line())

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
