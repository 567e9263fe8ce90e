from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL

from odoo.addons.website.models import ir_http

from ..addon import drop_sent
from .shop_offer import ShopOffer, get_kept, get_length
from .shop_tile import ShopTiles

# How the price filter of the shop compares.
COMPARISONS = {"<": SQL("<"), "<=": SQL("<="), ">": SQL(">"), ">=": SQL(">=")}


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
        search="_search_shop_price",
        min_display_digits="Product Price",
        help="What the shop of the company sorts and filters by: the price of the shortest period "
        "for all customers, the sales price of what is sold once.",
    )
    shop_prices = fields.Json(
        "Prices to Sort By",
        compute="_compute_shop_prices",
        store=True,
        help="Price to sort by of each company that has recurring prices of its own, and, under 0, "
        "of all others.",
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
        "subscription_price_ids.date_start",
        "subscription_price_ids.date_end",
        "subscription_price_ids.company_id",
    )
    def _compute_shop_prices(self):
        for product in self:
            prices = product.is_recurring and product.subscription_price_ids.filtered(
                lambda price: price._is_for_everybody()
            )
            companies = prices.company_id if prices else product.env["res.company"]
            product.shop_prices = {
                str(company.id or 0): product._find_shop_price(prices, company)
                for company in [companies.browse(), *companies]
            }

    def _find_shop_price(self, prices, company):
        """Return the price to sort by in a company.

        :param prices: `subscription.price` records for everybody, False for none
        :param company: `res.company`, empty for those without prices of their own
        """
        found = prices and prices.filtered(
            lambda price: not price.company_id or price.company_id in company.parent_ids | company
        )
        if not found:
            return self.list_price
        shortest = min(get_length(price.recurrence_id) for price in found)
        found = found.filtered(lambda price: get_length(price.recurrence_id) == shortest)
        # Of several prices of a variant the one holds that its page shows.
        holding = [
            max(prices, key=lambda price: price._get_rank(self.currency_id))
            for prices in found.grouped("product_id").values()
        ]
        rate_company = company or self.company_id or self.env.company
        return min(
            price.currency_id._convert(price.price, self.currency_id, rate_company, round=False)
            for price in holding
        )

    @api.depends("shop_prices")
    @api.depends_context("company")
    def _compute_shop_price(self):
        keys = self._get_shop_price_keys()
        for product in self:
            prices = product.shop_prices or {}
            product.shop_price = next((prices[key] for key in keys if key in prices), 0.0)

    def _search_shop_price(self, operator, value):
        if operator not in COMPARISONS:
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s %s %s",
                model._get_shop_price_sql(alias),
                COMPARISONS[operator],
                value,
            )
        )

    @api.model
    def _get_shop_price_keys(self):
        """Return where the price of this company stands: its own, that of a parent, or of all.

        :rtype: list[str]
        """
        # sudo: visitors may not read companies
        return [str(one.id) for one in reversed(self.env.company.sudo().parent_ids)] + ["0"]

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Let the database sort by the price of this company."""
        if field_name != "shop_price":
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        return SQL("%s %s %s", self._get_shop_price_sql(alias), direction, nulls)

    def _get_shop_price_sql(self, alias):
        """Return the price of this company, as the database finds it."""
        prices = self._field_to_sql(alias, "shop_prices")
        keys = SQL(", ").join(SQL("%s->>%s", prices, key) for key in self._get_shop_price_keys())
        return SQL("COALESCE(%s)::float8", keys)

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

    def _apply_taxes_to_price(
        self, price, currency, product_taxes, taxes, product_or_template, website=None
    ):
        """Ask the tax engine once for a price that one page names again and again."""
        asked = (price, currency, product_taxes, taxes, product_or_template)
        kept = get_kept("shop_kept_offers")
        if kept is None:
            return super()._apply_taxes_to_price(*asked, website=website)
        key = (*asked, website or self.env["website"].get_current_website())
        if key not in kept:
            kept[key] = super()._apply_taxes_to_price(*asked, website=website)
        return kept[key]

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
        kwargs = drop_sent(kwargs)
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

    @api.model
    def _get_additional_configurator_data(
        self,
        product_or_template,
        date,
        currency,
        pricelist,
        *,
        quantity=1.0,
        recurrence_id=None,
        **kwargs,
    ):
        """Say in the dialogs of the shop of which period a price is."""
        data = super()._get_additional_configurator_data(
            product_or_template, date, currency, pricelist, quantity=quantity, **kwargs
        )
        website = ir_http.get_request_website()
        if not product_or_template.is_recurring or not website:
            return data
        offer = ShopOffer(product_or_template, pricelist, website=website, quantity=quantity)
        recurrence = offer.choose(recurrence_id, is_strict=False)
        return {**data, "price_info": recurrence._get_per_text()} if recurrence else data
