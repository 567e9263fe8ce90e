from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import float_is_zero

# Lengths that have no common measure are compared by their mean: a year has 365.25 days. In half
# hours, of which each is a whole number.
HALF_HOURS = {"day": 48, "week": 336, "month": 1461, "year": 17532}

# What pages of the shop say of terms: a third of what terms have.
SHOWN_COLUMNS = (
    "active",
    "trial_count",
    "trial_unit",
    "setup_product_id",
    "setup_price",
    "payment_mode",
    "term_count",
    "term_unit",
    "end_action",
    "commitment_count",
    "commitment_unit",
    "notice_count",
    "notice_unit",
    "customers_may_close",
    "close_boundary",
)


def get_length(recurrence):
    """Return the length of one period in half hours, months and years to each other exactly.

    :rtype: int
    """
    return recurrence.count * HALF_HOURS[recurrence.unit]


def is_sold_by(company, record):
    """Return whether a company sells what a record stands for: its own or a parent's, or anyone's.

    :param company: the `res.company` that sells
    """
    # sudo: visitors may not read companies
    owner = record.company_id.sudo()
    return not owner or owner in company.sudo().parent_ids | company.sudo()


def is_shown_on(website, record):
    """Return whether a website may show a record: one of its own, or of all websites."""
    return not record.website_id or record.website_id == website


def get_kept(name):
    """Return where a page keeps what it asks twice, None on pages that keep nothing.

    Tests of other addons put something in place of a request that has every attribute.

    :param str name: 'shop_kept_offers' of the page of a product, 'shop_kept_choices' of the cart
    :rtype: dict
    """
    kept = getattr(request, name, None) if request else None
    return kept if isinstance(kept, dict) else None


class ShopOffer:
    """How a product can be bought in the shop: how often it is billed, or once.

    What may be bought is decided here and nowhere else: the page that shows it and the cart that
    takes it ask the same. Prices come from the pricelist, as those of order lines do.

    :param product: one `product.template` or `product.product`, with its price context
    :param pricelist: `product.pricelist` of the visitor, none where only terms are asked for
    :param company: the `res.company` that sells, that of the environment when empty
    :param website: `website` that may refuse to sell what costs nothing
    :param float quantity: how much the visitor wants, in ``uom``
    :param uom: `uom.uom` of the quantity, that of the product when empty
    :param dict kept: takes what was found out, for other offers of the same page
    """

    def __init__(
        self,
        product,
        pricelist=None,
        *,
        company=None,
        website=None,
        quantity=1.0,
        uom=None,
        kept=None,
    ):
        product.ensure_one()
        self.product = product
        self.env = product.env
        self.pricelist = self.env["product.pricelist"] if pricelist is None else pricelist
        self.company = company or self.env.company
        self.website = website
        self.quantity = quantity
        self.uom = uom or product.uom_id
        self.is_variant = product._name == "product.product"
        self.template = product.product_tmpl_id if self.is_variant else product
        # sudo: visitors have no right to read terms, prices and taxes
        self.template_sudo = self.template.sudo()
        self.kept = {} if kept is None else kept
        self._priced = None

    def get_terms(self):
        """Return the sudoed terms on which the shop sells this product, those of the company else.

        :rtype: subscription.template
        """
        own = self.template_sudo.with_company(self.company).shop_subscription_template_id
        if own and self._is_in_use(own):
            return own
        kept = self.kept if (of_page := get_kept("shop_kept_offers")) is None else of_page
        if self.company not in kept:
            kept[self.company] = self.company._get_subscription_template().sudo()
        return kept[self.company]

    def _is_in_use(self, terms):
        """Return whether terms of a product are not archived, and read what the shop says of them.

        Of the other columns, which are many, it never asks for any.
        """
        key = (terms, "active")
        if key not in self.kept:
            terms.fetch(SHOWN_COLUMNS)
            self.kept[key] = terms.active
        return self.kept[key]

    def get_recurrences(self):
        """Return what the terms offer and this visitor has a price for, the shortest first.

        A product without any recurring price is sold by the first recurrence of its terms.

        :return: sudoed `subscription.recurrence` records
        """
        terms = self.get_terms()
        if not terms:
            return self.env["subscription.recurrence"].sudo()
        if terms not in self.kept:
            offered = terms._get_offered_recurrences()
            self.kept[terms] = offered[:1], offered.sorted(get_length)
        default, offered = self.kept[terms]
        lengths = self._get_lengths()
        return offered.filtered(lambda one: one._get_length_key() in lengths) or default

    def _get_lengths(self):
        """Return of which periods there is a price, for this visitor, number and day.

        Prices of other pricelists, companies, days and numbers are not theirs: the order would fall
        back on the sales price, which may be meant for another period.

        :rtype: set[tuple]
        """
        prices = self.template_sudo.subscription_price_ids
        if not prices:
            return set()
        quantity = self.quantity
        if self.uom != self.product.uom_id:
            quantity = self.uom._compute_quantity(
                quantity, self.product.uom_id, raise_if_failure=False
            )
        asked = {"pricelist": self.pricelist, "quantity": quantity, "company": self.company}
        return set().union(*(prices._find_lengths(one, **asked) for one in self._get_priced()))

    def _get_priced(self):
        """Return the records to ask for prices: also the variants where one has its own.

        :rtype: list
        """
        if self._priced is None:
            has_own = not self.is_variant and self.has_variant_prices()
            self._priced = [self.product, *(self.template.product_variant_ids if has_own else ())]
        return self._priced

    def has_variant_prices(self):
        """Return whether a variant of the product has a recurring price of its own."""
        key = (self.template, "variant prices")
        if key not in self.kept:
            self.kept[key] = bool(self.template_sudo.subscription_price_ids.product_id)
        return self.kept[key]

    def _is_free(self, choice):
        """Return whether something costs nothing by the list, for a recurrence or once."""
        return not any(
            one._get_recurring_price(
                choice,
                self.pricelist,
                quantity=self.quantity,
                uom=self.uom,
                company=self.company,
            )
            if choice
            else one._price_compute("list_price")[one.id]
            for one in self._get_priced()
        )

    def get_choices(self):
        """Return everything that a customer may choose, the default first of all.

        :return: `subscription.recurrence` records, an empty one for *once*; the shortest recurrence
            is the default
        :rtype: list
        """
        asked = (self.product, self.pricelist, self.company, self.website, self.quantity, self.uom)
        if asked not in self.kept:
            self.kept[asked] = self._find_choices()
        return self.kept[asked]

    def _find_choices(self):
        choices = list(self.get_recurrences()) if self.template.is_recurring else []
        if self.template.is_sold_once or not choices:
            choices.append(self.env["subscription.recurrence"])
        if self.website and self.website.prevent_zero_price_sale:
            choices = [choice for choice in choices if not self._is_free(choice)] or choices
        return choices

    def choose(self, recurrence_id, is_strict=True):
        """Return what a visitor asked for, if it is offered.

        :param recurrence_id: id of a recurrence, 0 or False for *once*, None for the default
        :param bool is_strict: False falls back on the default, as for an accessory of a product
            that was chosen for another period
        :raise UserError: the shop does not sell it so
        :rtype: subscription.recurrence
        """
        choices = self.get_choices()
        if recurrence_id is None or not self.template.is_recurring:
            return choices[0]
        is_number = isinstance(recurrence_id, int) and not isinstance(recurrence_id, bool)
        wanted = recurrence_id if is_number else (None if recurrence_id else 0)
        for choice in choices:
            if choice.id == wanted or (not choice and not wanted and wanted is not None):
                return choice
        if not is_strict:
            return choices[0]
        raise UserError(
            self.env._(
                "%(product)s is not sold in this way any more. Reload the page to see what is "
                "offered.",
                product=self.template.name,
            )
        )

    # ------------------------------------------------------------------
    # Prices
    # ------------------------------------------------------------------

    def get_prices(self, recurrence, website, date=None):
        """Return what one period costs, as the shop shows prices: with or without taxes.

        :param recurrence: what was chosen, empty for *once*
        :return: price, list_price and has_discounted_price, named as core names them
        :rtype: dict
        """
        currency, pricelist = website.currency_id, self.pricelist
        asked = {
            "product": self.product,
            "quantity": self.quantity,
            "uom": self.uom,
            "currency": currency,
        }
        if recurrence:
            asked |= {"recurrence": recurrence, "recurring_pricelist": pricelist}
        price, rule_id = pricelist._get_product_price_rule(**asked)
        before = price
        rule = self.env["product.pricelist.item"].browse(rule_id)
        if rule._show_discount_on_shop():
            before = rule._compute_price_before_discount(date=date, **asked)
        shown = self.show(price, website)
        return {
            "price": shown,
            "list_price": self.show(before, website) if before > price else shown,
            "has_discounted_price": currency.compare_amounts(before, price) == 1,
        }

    def show(self, price, website):
        """Return a price with or without taxes, as this shop shows them to this visitor."""
        taxes = self.template_sudo.taxes_id
        if taxes not in self.kept:  # of which most products of a page have the same
            own = taxes._filter_taxes_by_company(self.env.company)
            self.kept[taxes] = own, own and request.fiscal_position.map_tax(own)
        own, mapped = self.kept[taxes]
        if not own:
            return price
        return self.template._apply_taxes_to_price(
            price, website.currency_id, own, mapped, self.product, website=website
        )

    def get_offers(self, website, date=None):
        """Return all choices with their prices, ready to be shown and to be sent as JSON.

        :rtype: list[dict]
        """
        kept = get_kept("shop_kept_offers")
        if kept is None:
            return self._find_offers(website, date)
        key = self._get_key(website, date)
        if key not in kept:
            kept[key] = self._find_offers(website, date)
        return kept[key]

    def _get_key(self, website, date):
        """Return all that prices depend on."""
        context = self.env.context
        extras = [
            context.get(f"{name}_attributes_price_extra") for name in ("current", "no_variant")
        ]
        asked = (self.quantity, self.uom, date or fields.Date.context_today(self.product))
        return (self.product, self.company, self.pricelist, website, *extras, *asked)

    def _find_offers(self, website, date):
        currency, offers = website.currency_id, []
        choices = self.get_choices()
        for choice in choices:
            prices = self.get_prices(choice, website, date)
            offers.append(
                {
                    "id": choice.id or 0,
                    "name": choice.name or self.env._("Once"),
                    "period": choice.period_text or "",
                    "per_text": choice._get_per_text() if choice else "",
                    "saving": 0,
                    "price_text": currency.format(prices["price"]),
                    "list_price_text": currency.format(prices["list_price"]),
                    **prices,
                }
            )
        first = choices[0]
        for choice, offer in zip(choices[1:], offers[1:], strict=True):
            if choice and first:
                ratio = get_length(choice) / get_length(first)
                saving = self._get_saving(offers[0]["price"], offer["price"], ratio)
                offer["saving"] = saving
        return offers

    def _get_saving(self, short, long, ratio):
        """Return how many percent a longer period saves against the shortest, rounded down.

        :param float ratio: how often the shortest period is billed meanwhile
        """
        full = short * ratio
        if full <= 0 or long >= full:
            return 0
        return int(round((1 - long / full) * 100, 6))

    def get_info(self, website, date=None):
        """Return what differs from core's answer about a product that is billed again and again.

        :rtype: dict
        """
        offers = self.get_offers(website, date)
        first = offers[0]
        is_free = all(
            float_is_zero(offer["price"], precision_rounding=website.currency_id.rounding)
            for offer in offers
        )
        return {
            "price": first["price"],
            "list_price": first["list_price"],
            "has_discounted_price": first["has_discounted_price"],
            "compare_list_price": 0,
            "prevent_zero_price_sale": website.prevent_zero_price_sale and is_free,
            "shop_offers": offers,
        }
