"""Pages of the online shop, next to the same pages of plain Odoo.

Each side runs in a process of its own: in a database with the shop's bridge products are billed by
the month or year, in one with no more than Odoo's shop they are sold once.
"""

import json
import sys
from statistics import median

from . import data, server
from .operations import Side
from .pages import Visitor
from .sides import measure_sides

SHOP, BRIDGE = "website_sale", "website_sale_recurring"
SIZES = (20, 100)  # products, all on one page of the catalogue
IN_CART = 3
TURNS = 3  # of each side: how fast a machine is changes within a minute
ROUNDS = 21  # a page is quick, and what else the machine does shows in it
MOST = 1.15
PAGES = {"catalogue": "Catalogue", "product": "Product", "cart": "Cart"}


class PlainShop(Side):
    """Products that are sold once, and a customer who looks at them."""

    values = {}

    def run(self):
        """Open each page for each number of products.

        :return: queries and milliseconds by page and number of products
        :rtype: dict
        """
        with server.environment(self.registry) as env:
            self.set_up(env)
            for size in SIZES:
                self.measure_size(env, size)
        return self.found

    def set_up(self, env):
        """Open a shop without products, and let a customer in."""
        self.website = env["website"].search([("company_id", "=", env.company.id)], limit=1)
        env["product.template"].search([]).is_published = False
        [partner_id] = data.make_partners(env, 1)
        first, second = data.make_products(env, is_published=True, **self.values)
        self.taxes = first.taxes_id
        self.products = first | second
        self.hook_after_products(env, self.products)
        self.visitor = Visitor(env, env["res.partner"].browse(partner_id))
        env.cr.commit()

    def hook_after_products(self, env, products):
        """Price new products where they need it. Hook."""

    def measure_size(self, env, size):
        """Fill the shop up to a number of products, then open its pages."""
        added = env["product.product"].create(
            [
                {
                    "name": f"Bench product {number}",
                    "type": "service",
                    "list_price": 10.0 + number,
                    "taxes_id": [(6, 0, self.taxes.ids)],
                    "is_published": True,
                    **self.values,
                }
                for number in range(len(self.products), size)
            ]
        )
        self.hook_after_products(env, added)
        self.products |= added
        self.website.shop_ppg = size
        env.cr.commit()
        if size == SIZES[0]:
            self.fill_cart()
        paths = {
            "catalogue": "/shop",
            "product": self.products[0].product_tmpl_id.website_url,
            "cart": "/shop/cart",
        }
        for page, path in paths.items():
            self.measure(
                env, f"{page} {size}", lambda: [None], lambda _one, p=path: self.open(p), ROUNDS
            )

    def fill_cart(self):
        """Put some products into the cart of the customer."""
        for product in self.products[:IN_CART]:
            params = {
                "product_template_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "quantity": 2,
            }
            answer = self.visitor.client.post(
                "/shop/cart/add", json={"jsonrpc": "2.0", "method": "call", "params": params}
            ).get_json()
            if not answer.get("result", {}).get("quantity"):
                raise SystemExit(f"The cart takes nothing: {answer}. Nothing was measured.")

    def open(self, path):
        """Open a page of the shop that shows what it should."""
        if b"Bench" not in self.visitor.open(path):
            raise SystemExit(f"{path} shows no product, nothing was measured.")


class RecurringShop(PlainShop):
    """Products that are billed by the month or year."""

    values = {"is_recurring": True}

    def set_up(self, env):
        """Sell on terms with two recurrences."""
        self.month, self.year = (
            env.ref(f"sale_recurring.recurrence_{unit}") for unit in ("month", "year")
        )
        env.company.subscription_template_id = env["subscription.template"].create(
            {
                "name": "Bench",
                "recurrence_id": self.month.id,
                "recurrence_ids": [(6, 0, self.year.ids)],
                "payment_mode": "manual",
            }
        )
        super().set_up(env)

    def hook_after_products(self, env, products):
        """Give each product a price by the month and one by the year."""
        env["subscription.price"].create(
            [
                {
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "recurrence_id": recurrence.id,
                    "price": product.list_price * periods,
                }
                for product in products
                for recurrence, periods in ((self.month, 1), (self.year, 10))
            ]
        )


def measure_side(database, side):
    """Be one side: print what it found."""
    shop = {"plain": PlainShop, "recurring": RecurringShop}[side]
    sys.stdout.write(json.dumps(shop(server.start(database), 0).run()) + "\n")


def measure(databases, name, log=print):
    """Measure both sides.

    :param str name: database with the addon and nothing else in it
    :return: rows of the table
    :rtype: list[dict]
    """
    bare = f"{name}_plain"
    databases.clone(databases.base(), bare)
    databases.install(bare, [SHOP])
    databases.install(name, [BRIDGE])
    sides = {"plain": bare, "recurring": name}
    turns = [_take_turn(databases, sides, log) for _turn in range(TURNS)]
    databases.drop(bare)
    return [
        {
            "page": page,
            "products": size,
            "ours": _get_middle(turns, "recurring", f"{page} {size}"),
            "plain": _get_middle(turns, "plain", f"{page} {size}"),
        }
        for page in PAGES
        for size in SIZES
    ]


def _take_turn(databases, sides, log):
    """Measure each side once, in a copy of its database."""
    copies = {side: f"{database}_turn" for side, database in sides.items()}
    for side, database in sides.items():
        databases.clone(database, copies[side])
    found = measure_sides("Shop", "--shop-side", copies, log=log)
    for copy in copies.values():
        databases.drop(copy)
    return found


def _get_middle(turns, side, key):
    """Return the median of all turns of what a page cost one side."""
    found = [turn[side][key] for turn in turns]
    return {what: median(one[what] for one in found) for what in found[0]}


def table(rows):
    """Return what pages cost as lines of Markdown."""
    lines = [
        "| page | products | plain shop, ms | with contracts, ms | ratio "
        "| queries, plain | queries, with contracts | ratio |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {PAGES[row['page']]} | {row['products']} | {row['plain']['ms']:.1f} "
        f"| {row['ours']['ms']:.1f} | **{ratio(row, 'ms'):.2f}** "
        f"| {row['plain']['queries']:.0f} | {row['ours']['queries']:.0f} "
        f"| **{ratio(row, 'queries'):.2f}** |"
        for row in rows
    ]
    return lines


def ratio(row, what):
    """Return how many times what a page costs in the plain shop it costs with contracts."""
    return row["ours"][what] / row["plain"][what]


def dear_pages(rows):
    """Return sentences about pages that cost more than they may, none when all is well."""
    return [
        f"{PAGES[row['page']]} with {row['products']} products: {ratio(row, what):.2f} times the "
        f"{what} of the plain shop, more than {MOST}."
        for row in rows
        for what in ("queries", "ms")
        if ratio(row, what) > MOST
    ]
