from markupsafe import Markup
from odoo import api, fields, models
from odoo.http import request

from odoo.addons.website.models import ir_http

from .shop_offer import ShopOffer, get_length
from .shop_tile import ShopTiles


class ProductTemplate(models.Model):
    """How a product is sold in the shop: for which periods, on which terms, at which price."""

    _name = "product.template"
    _inherit = ["product.template", "subscription.intro.mixin"]

    shop_subscription_template_id = fields.Many2one(
        "subscription.template",
        "Subscription Template in the Shop",
        company_dependent=True,
        check_company=True,
        prefetch=True,  # each page of the shop asks for it
        help="Subscription template of contracts that customers begin by buying this product "
        "online. Empty: the company's default subscription template. One cart holds products of "
        "one subscription template only.",
    )
    is_sold_once = fields.Boolean(
        "Also Sold Once",
        help="Customers of the shop may also buy this product once, at its sales price, in place "
        "of a contract.",
    )
    shop_price = fields.Float(
        "Price to Sort By",
        compute="_compute_shop_price",
        store=True,
        min_display_digits="Product Price",
        help="What the shop sorts and filters by: the price of the shortest period for all "
        "customers, the sales price of what is sold once.",
    )

    @api.depends(
        "is_recurring",
        "list_price",
        "subscription_price_ids.price",
        "subscription_price_ids.currency_id",
        "subscription_price_ids.recurrence_id.unit",
        "subscription_price_ids.recurrence_id.count",
        "subscription_price_ids.pricelist_id",
        "subscription_price_ids.min_quantity",
    )
    def _compute_shop_price(self):
        for product in self:
            prices = product.is_recurring and product.subscription_price_ids.filtered(
                lambda price: price._is_for_everybody()
            )
            if not prices:
                product.shop_price = product.list_price
                continue
            shortest = min(get_length(price.recurrence_id) for price in prices)
            company = product.company_id or self.env.company
            product.shop_price = min(
                price.currency_id._convert(price.price, product.currency_id, company, round=False)
                for price in prices
                if get_length(price.recurrence_id) == shortest
            )

    # ------------------------------------------------------------------
    # Page of a product
    # ------------------------------------------------------------------

    def _get_additionnal_combination_info(self, product_or_template, quantity, uom, date, website):
        """Show the price of one period, and all periods that may be chosen."""
        info = super()._get_additionnal_combination_info(
            product_or_template, quantity, uom, date, website
        )
        if not self.is_recurring:
            return info
        asked = {"website": website, "quantity": quantity, "uom": uom}
        offer = ShopOffer(product_or_template, request.pricelist, **asked)
        return {**info, **offer.get_info(website, date)}

    # ------------------------------------------------------------------
    # Catalogue
    # ------------------------------------------------------------------

    def _get_sales_prices(self, website):
        """Show on tiles what the shortest period costs."""
        recurring = self.filtered("is_recurring")
        prices = super(ProductTemplate, self - recurring)._get_sales_prices(website)
        for product, values in ShopTiles(recurring, website).get_prices().items():
            prices[product.id] = values
        return prices

    def _search_get_detail(self, website, order, options):
        """Filter by what the shop shows."""
        detail = super()._search_get_detail(website, order, options)
        detail["base_domain"] = [self._take_shop_price(one) for one in detail["base_domain"]]
        return detail

    @api.model
    def _take_shop_price(self, domain):
        """Return a domain of the shop that looks at what the shop shows.

        :param domain: one of core's, of which a list with one term filters by the sales price
        """
        if isinstance(domain, list) and len(domain) == 1 and domain[0][0] == "list_price":
            return [("shop_price", *domain[0][1:])]
        return domain

    def _search_render_results_prices(self, mapping, combination_info):
        """Say of which period a found price is."""
        price, list_price = super()._search_render_results_prices(mapping, combination_info)
        offers = combination_info.get("shop_offers")
        if price and offers and offers[0]["per_text"]:
            price = Markup("%s <small>%s</small>") % (price, offers[0]["per_text"])
        return price, list_price

    def _get_contextual_price(self, product=None):
        """Ask in the shop whether any period costs something; one that is free can be prevented."""
        website = ir_http.get_request_website()
        if not self.is_recurring or not website:
            return super()._get_contextual_price(product=product)
        product, pricelist = product or self, self._get_contextual_pricelist()
        quantity = self.env.context.get("quantity", 1.0)
        offer = ShopOffer(product, pricelist, website=website, quantity=quantity)
        prices = (
            pricelist._get_product_price(
                product, quantity, **({"recurrence": choice} if choice else {})
            )
            for choice in offer.get_choices()
        )
        return next(filter(None, prices), 0.0)

    # ------------------------------------------------------------------
    # Dialogs
    # ------------------------------------------------------------------

    @api.model
    def _get_configurator_price(
        self, product_or_template, quantity, date, currency, pricelist, recurrence_id=None, **kwargs
    ):
        """Show in the dialogs of the shop what the chosen period costs.

        :param recurrence_id: what the visitor chose, 0 for *once*
        """
        asked = (product_or_template, quantity, date, currency, pricelist)
        website = ir_http.get_request_website()
        if not product_or_template.is_recurring or not website:
            return super()._get_configurator_price(*asked, **kwargs)
        offer = ShopOffer(product_or_template, pricelist, website=website, quantity=quantity)
        recurrence = offer.choose(recurrence_id, is_strict=False)
        if recurrence:
            return super()._get_configurator_price(*asked, recurrence=recurrence, **kwargs)
        return pricelist._get_product_price_rule(
            product_or_template, quantity=quantity, currency=currency, date=date, **kwargs
        )
