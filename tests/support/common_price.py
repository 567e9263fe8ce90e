from odoo.fields import Command

from odoo.addons.sale.tests import common as sale_common


class PriceCommon(sale_common.SaleCommon):
    """A recurring product at 10 a month and 100 a year, its sales price being 12."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.month = cls.env.ref("sale_recurring.recurrence_month")
        cls.quarter = cls.env.ref("sale_recurring.recurrence_quarter")
        cls.year = cls.env.ref("sale_recurring.recurrence_year")
        cls.terms = cls.env["subscription.template"].create(
            {
                "name": "Test terms",
                "recurrence_id": cls.month.id,
                "recurrence_ids": [Command.set((cls.quarter + cls.year).ids)],
            }
        )
        cls.seat = cls._create_product(
            name="Seat", type="service", list_price=12.0, is_recurring=True, taxes_id=False
        )
        cls.monthly_price = cls._create_price(cls.month, 10.0)
        cls.yearly_price = cls._create_price(cls.year, 100.0)

    @classmethod
    def _create_price(cls, recurrence, amount, **values):
        return cls.env["subscription.price"].create(
            {
                "product_tmpl_id": cls.seat.product_tmpl_id.id,
                "recurrence_id": recurrence.id,
                "price": amount,
                **values,
            }
        )

    @classmethod
    def _create_rule(cls, pricelist=None, **values):
        return cls.env["product.pricelist.item"].create(
            {"pricelist_id": (pricelist or cls.pricelist).id, **values}
        )

    def _get_pricelist_price(self, recurrence, pricelist=None, quantity=1.0, **kwargs):
        pricelist = self.pricelist if pricelist is None else pricelist
        return pricelist._get_product_price(self.seat, quantity, recurrence=recurrence, **kwargs)
