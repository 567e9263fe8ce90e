"""What the company sells: products, recurring prices, pricelists."""

from dataclasses import dataclass, field

from odoo.fields import Command

from .pictures import draw_picture

MONTH, QUARTER, HALF, YEAR, WEEK, TWO_YEARS = (
    "month",
    "quarter",
    "half_year",
    "year",
    "week",
    "two_years",
)
FACTORS = {"USD": 1.12, "CHF": 0.96}


@dataclass(frozen=True)
class Item:
    """A product of the catalogue.

    :param prices: price by recurrence; sold once when empty
    :param tiers: (minimum quantity, monthly price)
    :param variants: (value, extra or complete monthly price)
    """

    key: str
    name: str
    code: str
    category: str
    price: float
    prices: dict = field(default_factory=dict)
    tiers: tuple = ()
    variants: tuple = ()
    unit: str = "uom.product_uom_unit"
    tax: str = "20%"
    delivered: bool = False
    goods: bool = False
    text: str = ""


ITEMS = (
    Item(
        "server",
        "Managed Server",
        "SRV",
        "Hosting",
        49.0,
        {MONTH: 49.0, YEAR: 539.0},
        variants=(("Small, 4 GB", 49.0), ("Medium, 16 GB", 99.0), ("Large, 64 GB", 189.0)),
        text="Virtual server, patched and watched around the clock.",
    ),
    Item(
        "hosting",
        "Web Hosting",
        "WEB",
        "Hosting",
        12.9,
        {MONTH: 12.9, YEAR: 129.0},
        variants=(("Start", 12.9), ("Business", 24.9)),
        text="Website and certificate on our servers in Vienna.",
    ),
    Item("domain", "Domain Name", "DOM", "Hosting", 18.0, {YEAR: 18.0, TWO_YEARS: 33.0}),
    Item(
        "backup",
        "Off-site Backup, 100 GB",
        "BAK",
        "Hosting",
        9.9,
        {MONTH: 9.9, QUARTER: 28.5, YEAR: 108.0},
        text="Encrypted every night, kept for 90 days.",
    ),
    Item(
        "desktop",
        "Virtual Desktop",
        "VDI",
        "Workplace",
        28.0,
        {MONTH: 28.0, YEAR: 308.0},
        tiers=((10, 26.0), (25, 23.5)),
        text="One workplace with office software, from any device.",
    ),
    Item(
        "mailbox",
        "Business Mailbox",
        "MBX",
        "Workplace",
        5.9,
        {MONTH: 5.9, QUARTER: 17.1, YEAR: 64.9},
        tiers=((20, 5.4), (50, 4.9)),
    ),
    Item(
        "endpoint",
        "Endpoint Protection",
        "EPP",
        "Workplace",
        4.5,
        {MONTH: 4.5, QUARTER: 13.0, YEAR: 49.0},
        text="Per device, with a monthly report.",
    ),
    Item("phone", "Telephone Extension", "TEL", "Connectivity", 7.5, {MONTH: 7.5}),
    Item(
        "line",
        "Fibre Line",
        "FIB",
        "Connectivity",
        59.0,
        {MONTH: 59.0},
        variants=(("300 Mbit/s", 59.0), ("1 Gbit/s", 89.0)),
    ),
    Item("laptop", "Laptop Rental", "LAP", "Equipment", 54.0, {MONTH: 54.0, QUARTER: 156.0}),
    Item("printer", "Printer Rental", "PRN", "Equipment", 39.0, {MONTH: 39.0, QUARTER: 112.0}),
    Item(
        "maintenance",
        "Maintenance Visit",
        "MNT",
        "Service",
        340.0,
        {QUARTER: 340.0, HALF: 650.0, YEAR: 1240.0},
        text="Inspection on site, updates and a written report.",
    ),
    Item(
        "hours",
        "Support Hours",
        "SUP",
        "Service",
        96.0,
        {MONTH: 96.0, QUARTER: 96.0},
        unit="uom.product_uom_hour",
        delivered=True,
        text="Billed after each period, by the quarter of an hour.",
    ),
    Item("courier", "Tape Courier", "CUR", "Service", 35.0, {WEEK: 35.0}),
    Item(
        "handbook",
        "Administrator's Handbook, printed",
        "HBK",
        "Training",
        79.0,
        {YEAR: 79.0},
        tax="10%",
        text="Four issues a year.",
    ),
    Item("relay", "Mail Relay (old platform)", "RLY", "Hosting", 15.0, {MONTH: 15.0}),
    Item("setup", "Set-up", "SET", "Service", 190.0),
    Item("migration", "Data Migration, day", "MIG", "Service", 880.0),
    Item("firewall", "Firewall Appliance", "FWA", "Equipment", 640.0, goods=True),
    Item("dock", "Docking Station", "DCK", "Equipment", 149.0, goods=True),
)


class Catalog:
    """The products by key, ``key/position`` for variants, with the words that plans use.

    :param env: Odoo environment of the system user
    """

    def __init__(self, env):
        self.env = env
        self.products = {}
        self.pricelists = {}

    def recurrence(self, key):
        """Return the recurrence of a short name; none for an empty one."""
        name = f"sale_recurring.recurrence_{key}"
        return self.env.ref(name) if key else self.env["subscription.recurrence"]

    def create(self):
        """Create pricelists, products and prices."""
        self._create_pricelists()
        categories = {
            name: self.env["product.category"].create({"name": name})
            for name in dict.fromkeys(item.category for item in ITEMS)
        }
        for item in ITEMS:
            template = self._create_product(item, categories[item.category])
            self._create_prices(item, template)

    def _create_pricelists(self):
        Pricelist = self.env["product.pricelist"]
        Pricelist.search([]).active = False
        for code, name in (("EUR", "Europe"), ("USD", "Overseas"), ("CHF", "Switzerland")):
            self.pricelists[code] = Pricelist.create(
                {
                    "name": name,
                    "currency_id": self.env.ref(f"base.{code}").id,
                    "company_id": self.env.company.id,
                    "sequence": 1 if code == "EUR" else 5,
                }
            )

    def _create_product(self, item, category):
        """Create a product, its variants and its own account if it belongs to the past.

        :return: the product template
        """
        tax = self.env["account.tax"].search(
            [("name", "=", item.tax), ("type_tax_use", "=", "sale")], limit=1
        )
        values = {
            "name": item.name,
            "default_code": item.code,
            "categ_id": category.id,
            "type": "consu" if item.goods else "service",
            "invoice_policy": "delivery" if item.delivered else "order",
            "is_recurring": bool(item.prices),
            "list_price": item.price,
            "uom_id": self.env.ref(item.unit).id,
            "taxes_id": [Command.set(tax.ids)],
            "description_sale": item.text,
            "image_1920": draw_picture(item.key, item.category),
        }
        if item.variants:
            values["attribute_line_ids"] = [self._prepare_attribute(item)]
        template = self.env["product.template"].create(values)
        variants = template.product_variant_ids.sorted("id")
        self.products[item.key] = variants[:1]
        for position, variant in enumerate(variants):
            self.products[f"{item.key}/{position}"] = variant
            if item.variants:
                variant.default_code = f"{item.code}-{position + 1}"
        return template

    def _prepare_attribute(self, item):
        attribute = self.env["product.attribute"].create(
            {
                "name": f"{item.name}: size",
                "create_variant": "always",
                "value_ids": [Command.create({"name": name}) for name, _price in item.variants],
            }
        )
        return Command.create(
            {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        )

    def _create_prices(self, item, template):
        """Create the recurring prices in all currencies, per variant and per quantity."""
        rows = []
        for key, price in item.prices.items():
            rows.append((key, price, {}))
            for position, (_name, monthly) in enumerate(item.variants[1:], 1):
                ratio = monthly / item.variants[0][1]
                variant = self.products[f"{item.key}/{position}"]
                rows.append((key, price * ratio, {"product_id": variant.id}))
            for quantity, monthly in item.tiers:
                rows.append((key, price * monthly / item.price, {"min_quantity": quantity}))
        vals_list = []
        for key, price, values in rows:
            common = {
                "product_tmpl_id": template.id,
                "recurrence_id": self.recurrence(key).id,
                **values,
            }
            vals_list.append({**common, "price": round(price, 1)})
            vals_list += [
                {
                    **common,
                    "price": round(price * factor, 1),
                    "pricelist_id": self.pricelists[code].id,
                }
                for code, factor in FACTORS.items()
            ]
        self.env["subscription.price"].create(vals_list)

    def retire_relay(self):
        """Give the old product an account of its own, to be archived later.

        :return: the account
        """
        account = self.env["account.account"].create(
            {"name": "Product Sales, old platform", "code": "400900", "account_type": "income"}
        )
        self.products["relay"].product_tmpl_id.property_account_income_id = account
        return account
