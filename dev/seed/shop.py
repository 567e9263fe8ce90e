"""The online shop: what customers buy without anybody's help, where its bridge is installed."""

from dataclasses import dataclass

from odoo.fields import Command

COMMON = {
    "invoice_mode": "send",
    "payment_mode": "charge",
    "customer_control": "upgrade_downgrade",
    "close_boundary": "period",
}
TERMS = {
    "shop": {"name": "Online shop, by card", **COMMON},
    "free": {"name": "Online shop, 14 days free", **COMMON, "trial_count": 14, "trial_unit": "day"},
}


@dataclass(frozen=True)
class Offer:
    """A product of the catalogue that is published.

    :param terms: key of its terms, empty for what is sold once
    :param intro: percent off the first three periods
    """

    product: str
    terms: str = "shop"
    intro: float = 0.0
    is_sold_once: bool = False


OFFERS = (
    Offer("mailbox", intro=50.0),
    Offer("endpoint"),
    Offer("backup"),
    Offer("hosting"),
    Offer("desktop", "free"),
    Offer("handbook", is_sold_once=True),
    Offer("dock", ""),
    Offer("firewall", ""),
)
BUNDLES = ("Telephone and fibre",)


def open_shop(env, catalog, quotations):
    """Publish a part of the catalogue; nothing where the shop is not installed.

    :param Catalog catalog: with all products
    :param dict quotations: quotation templates by name
    """
    if "shop_price" not in env["product.template"]._fields:
        return
    terms = {key: _create_terms(env, catalog, values) for key, values in TERMS.items()}
    website = env["website"].search([("company_id", "=", env.company.id)], limit=1)
    website.name = env.company.name
    for offer in OFFERS:
        product = catalog.products[offer.product].product_tmpl_id
        product.write(
            {
                "is_published": True,
                "shop_subscription_template_id": terms[offer.terms].id if offer.terms else False,
                "intro_discount": offer.intro,
                "intro_period_count": 3 if offer.intro else 0,
                "is_sold_once": offer.is_sold_once,
            }
        )
    for name in BUNDLES:
        quotations[name].is_sold_in_shop = True


def _create_terms(env, catalog, values):
    month, year = catalog.recurrence("month"), catalog.recurrence("year")
    return env["subscription.template"].create(
        {"recurrence_id": month.id, "recurrence_ids": [Command.set(year.ids)], **values}
    )
