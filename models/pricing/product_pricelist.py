from odoo import fields, models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    subscription_price_ids = fields.One2many(
        "subscription.price",
        "pricelist_id",
        "Recurring Prices",
        copy=True,
        help="Prices per recurrence for the customers of this pricelist, before its rules.",
    )

    def _compute_price_rule(
        self,
        products,
        quantity,
        *,
        currency=None,
        uom=None,
        date=False,
        compute_price=True,
        **kwargs,
    ):
        """Tell the rules which pricelist asks, so that they find its recurring prices.

        :param kwargs: ``recurrence``, a `subscription.recurrence`, asks for the price of one
            period; without it nothing differs from a sale that happens once
        """
        if kwargs.get("recurrence"):
            kwargs["recurring_pricelist"] = self
        return super()._compute_price_rule(
            products,
            quantity,
            currency=currency,
            uom=uom,
            date=date,
            compute_price=compute_price,
            **kwargs,
        )
