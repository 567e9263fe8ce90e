from functools import lru_cache

from odoo import api, fields, models

from ... import const
from ...engine.money import Currency, to_decimal
from ...engine.recurrence import Grid, Recurrence
from ...engine.segment import Terms


@lru_cache(maxsize=4096)
def _get_terms(unit, count, anchor, price, discount, uom, convention, timing, currency, basis):
    """Build engine terms once per distinct value: most lines of a batch share theirs."""
    return Terms(
        grid=Grid(Recurrence(unit, count), anchor),
        price=to_decimal(price),
        discount=to_decimal(discount),
        unit=uom,
        convention=convention,
        timing=timing,
        currency=Currency(currency[0], to_decimal(currency[1])),
        basis=basis,
    )


class SubscriptionTermsMixin(models.AbstractModel):
    """Terms of a span: copied by value into segments and ledger rows, never looked up later.

    Two spans are billed as one exactly when these values are equal, so each of them is stored
    with full precision and none of them follows the template of today.
    """

    _name = "subscription.terms.mixin"
    _description = "Subscription Terms"

    price_unit = fields.Float(
        "Unit Price",
        min_display_digits="Product Price",
        readonly=True,
        help="Price of one unit for one full period, as typed on the order line.",
    )
    discount = fields.Float("Discount (%)", digits=(16, 6), readonly=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    recurrence_unit = fields.Selection(const.RECURRENCE_UNITS, required=True, readonly=True)
    recurrence_count = fields.Integer(required=True, default=1, readonly=True)
    anchor_date = fields.Date(
        required=True,
        readonly=True,
        help="Date from which the boundaries of all periods are counted.",
    )
    convention = fields.Selection(
        const.CONVENTIONS, "Proration", required=True, default="actual", readonly=True
    )
    timing = fields.Selection(
        const.TIMINGS, "Billed", required=True, default="advance", readonly=True
    )
    basis = fields.Selection(
        const.BASES, "Quantity Billed", required=True, default="ordered", readonly=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)

    def _get_engine_terms(self):
        """Return the terms of this record as an engine value.

        :rtype: engine.segment.Terms
        """
        self.ensure_one()
        return _get_terms(
            self.recurrence_unit,
            self.recurrence_count,
            self.anchor_date,
            self.price_unit,
            self.discount,
            self.product_uom_id.id,
            self.convention,
            self.timing,
            (self.currency_id.name, self.currency_id.rounding),
            self.basis,
        )

    @api.model
    def _prepare_terms_values(self, terms, currency):
        """Turn engine terms into field values; the inverse of :meth:`_get_engine_terms`.

        :param terms: engine terms
        :param currency: that of the order; terms of another one keep theirs
        :rtype: dict
        """
        if currency.name != terms.currency.code:
            # What was agreed, or billed, in another currency stays that.
            currency = currency.with_context(active_test=False).search(
                [("name", "=", terms.currency.code)], limit=1
            )
        return {
            "price_unit": float(terms.price),
            "discount": float(terms.discount),
            "product_uom_id": terms.unit,
            "recurrence_unit": terms.grid.recurrence.unit,
            "recurrence_count": terms.grid.recurrence.count,
            "anchor_date": terms.grid.anchor,
            "convention": terms.convention,
            "timing": terms.timing,
            "basis": terms.basis,
            "currency_id": currency.id,
        }
