from odoo import api, fields, models


def drop_sent(values):
    """Return what a dialog sends without what only our code says; a browser may send any name.

    :param dict values: by name; what our code says are records
    :rtype: dict
    """
    ours = ("recurrence", "recurring_pricelist")
    return {
        name: value
        for name, value in values.items()
        if name not in ours or isinstance(value, models.BaseModel)
    }


class ProductTemplate(models.Model):
    _inherit = "product.template"

    is_recurring = fields.Boolean(
        "Recurring",
        tracking=True,
        help="Sold again and again: on a quotation it becomes a line of a contract, billed each "
        "period. Untick it for what is sold once.",
    )
    subscription_price_ids = fields.One2many(
        "subscription.price",
        "product_tmpl_id",
        "Recurring Prices",
        copy=True,
        help="Price per recurrence. A recurrence without a price costs the sales price.",
    )
    recurring_price_text = fields.Char(
        "Recurring Price",
        compute="_compute_recurring_price_text",
        help="The prices for all customers, in words.",
    )

    @api.depends(
        "is_recurring",
        "list_price",
        "subscription_price_ids.price",
        "subscription_price_ids.currency_id",
        "subscription_price_ids.recurrence_id.unit",
        "subscription_price_ids.recurrence_id.count",
        "subscription_price_ids.pricelist_id",
        "subscription_price_ids.product_id",
        "subscription_price_ids.min_quantity",
    )
    @api.depends_context("lang")
    def _compute_recurring_price_text(self):
        for product in self:
            prices = product.subscription_price_ids.filtered(
                lambda price: price._is_for_everybody() and not price.product_id
            )
            texts = [price._get_price_text() for price in prices.sorted("recurrence_id")]
            product.recurring_price_text = product.is_recurring and ", ".join(texts)

    @api.depends("is_recurring")
    def _compute_product_tooltip(self):
        super()._compute_product_tooltip()

    def _prepare_invoicing_tooltip(self):
        """Tell that a recurring product is invoiced each period."""
        if not self.is_recurring:
            return super()._prepare_invoicing_tooltip()
        if self.invoice_policy == "delivery":
            return self.env._("Invoice what was delivered, after each period of the contract.")
        return self.env._("Invoice each period of the contract until it ends.")

    @api.model
    def _get_configurator_price(
        self, product_or_template, quantity, date, currency, pricelist, **kwargs
    ):
        """Show the price of one period in the dialogs that choose variants and options.

        :param kwargs: ``recurrence`` when the customer chose one, else the product's default
        """
        kwargs = drop_sent(kwargs)
        if product_or_template.is_recurring and not kwargs.get("recurrence"):
            template = self.env.company._get_subscription_template()
            offered = template._get_offered_recurrences() if template else template.recurrence_ids
            variant = self.env["subscription.price"]._get_variant(product_or_template)
            variant = variant or product_or_template.product_variant_ids[:1]
            if variant:
                kwargs["recurrence"] = variant._get_default_recurrence(offered)
        return super()._get_configurator_price(
            product_or_template, quantity, date, currency, pricelist, **kwargs
        )

    def _get_recurring_price(
        self,
        recurrence,
        pricelist=None,
        quantity=1.0,
        uom=None,
        date=None,
        currency=None,
        company=None,
    ):
        """Return the price of one period, before formulas of pricelists.

        See :meth:`product.product._get_recurring_price`.
        """
        self.ensure_one()
        return _get_recurring_price(
            self, recurrence, pricelist, quantity, uom, date, currency, company
        )


def _get_recurring_price(product, recurrence, pricelist, quantity, uom, date, currency, company):
    """Look the price of a template or variant up, falling back on its sales price."""
    company = company or product.env.company
    currency = currency or (pricelist and pricelist.currency_id) or company.currency_id
    price = product.env["subscription.price"]._get_base_price(
        product,
        recurrence,
        pricelist=pricelist,
        quantity=quantity,
        uom=uom,
        date=date,
        currency=currency,
        company=company,
    )
    if price is not None:
        return price
    day = company._subscription_day_of(date)
    return product._price_compute(
        "list_price", uom=uom, currency=currency, company=company, date=day
    )[product.id]
