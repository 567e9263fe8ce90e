"""What people do with contracts, next to the nearest thing they do in plain Odoo.

Each side runs in a process of its own: contracts in a database with the addon, plain orders in one
without it. A step is done several times with fresh records; the first time fills the caches.
"""

import gc
import json
import statistics
import sys
from datetime import timedelta

from . import data, server
from .pages import Visitor, open_form, open_list
from .sides import measure_sides

ROUNDS = 5
USUAL_BATCH = 20  # of the progress bar, where the server names none
# Steps, what they are called, the nearest step of plain Odoo, and why more is needed.
STEPS = (
    (
        "confirm",
        "Confirm an order",
        "confirm",
        "opens the segments of each line, puts the contract on its stage, logs what the customer "
        "agreed to and writes the MRR that it adds",
    ),
    ("confirm_many", "Confirm 100 orders", "confirm_many", "the same for each of them"),
    (
        "amend",
        "Confirm an amendment",
        "confirm",
        "confirms a quotation, ends and opens segments of the contract that it changes, logs the "
        "difference there and writes the MRR that came or went",
    ),
    (
        "pause",
        "Pause a contract",
        "cancel",
        "keeps the gap, works out what is due again and when, moves the contract to its stage, "
        "logs it and writes the MRR",
    ),
    (
        "close",
        "Close a contract",
        "cancel",
        "ends each line on the day that the template says, works out what is left to bill or to "
        "give back, logs it and writes churn and reason",
    ),
    (
        "close_many",
        "Close {many} contracts",
        "cancel_many",
        "each as above and in a savepoint of its own: one that cannot be closed stops no other; "
        "plain orders are cancelled by one write",
    ),
    (
        "raise_prices",
        "Raise the price of {all} contracts",
        "raise_prices",
        "shows old and new price of each line before it writes, and opens a segment from the day "
        "on",
    ),
    (
        "form",
        "Open the form",
        "form",
        "shows the plan, the next invoice with its taxes, what waits and what was billed",
    ),
    (
        "list",
        "Open a list of 80",
        "list",
        "shows what is due today, one-off lines included, the health and why",
    ),
    (
        "kanban",
        "Open a kanban of 80",
        "kanban",
        "a card has the MRR, the money that waits, health and why, what is due and activities; "
        "one of plain Odoo has the amount and the state; as many queries for any number of cards",
    ),
    (
        "portal",
        "Open the customer's list",
        "portal",
        "says in a sentence when each contract is invoiced next and over how much, taxes "
        "included, worked out as the run does; plain Odoo prints what is stored",
    ),
)


class Side:
    """One side: steps that are done again and again with fresh records.

    :param registry: of its database
    :param int scale: how many records the largest steps are about, 10,000 in earnest
    """

    def __init__(self, registry, scale):
        self.registry = registry
        self.scale = scale
        self.found = {}

    def run(self):
        """Do all steps.

        :return: queries, and milliseconds that process and database worked, by step and per record
        :rtype: dict
        """
        with server.environment(self.registry) as env:
            self.set_up(env)
            env.cr.commit()
            self.measure(env, "confirm", lambda: self.quote(env, 1), self.confirm)
            self.measure(env, "confirm_many", lambda: self.quote(env, 100), self.confirm)
            self.measure_more(env)
            self.measure_pages(env)
        return self.found

    def measure(self, env, name, prepare, function, rounds=ROUNDS):
        """Do one step several times; the first time counts only when it is the only one."""
        queries, work = [], []
        for _round in range(rounds):
            records = prepare()
            count = len(records)
            env.cr.commit()
            gc.collect()
            begun, before = server.cpu_seconds(env.cr), server.query_count()
            function(records)
            env.cr.commit()
            queries.append((server.query_count() - before) / count)
            work.append((server.cpu_seconds(env.cr) - begun) / count * 1000)
        counted = slice(1, None) if rounds > 1 else slice(None)
        self.found[name] = {
            "queries": statistics.median(queries[counted]),
            "ms": statistics.median(work[counted]),
        }

    def measure_pages(self, env):
        """Open form, lists and the page of a customer who has 80 documents."""
        orders = self.fill_lists(env)
        env.cr.commit()
        form, rows, cards = self.get_views(env)
        one = orders[:1]
        self.measure(env, "form", lambda: one, lambda found: open_form(found, form))
        self.measure(env, "list", lambda: one, lambda found: open_list(orders, rows, "list"))
        self.measure(env, "kanban", lambda: one, lambda found: open_list(orders, cards, "kanban"))
        visitor = Visitor(env, orders.partner_id)
        env.cr.commit()
        self.measure(env, "portal", lambda: one, lambda found: visitor.open(self.page))

    def confirm(self, orders):
        """Confirm quotations."""
        orders.action_confirm()

    def quote(self, env, count, partner=None):
        """Return quotations with two lines each."""
        partners = [partner or env["res.partner"].browse(one) for one in self.partners[:count]]
        lines = [(0, 0, {"product_id": one.id, "product_uom_qty": 2}) for one in self.products(env)]
        values = self.get_order_values(env)
        return env["sale.order"].create(
            [{"partner_id": one.id, "order_line": lines, **values} for one in partners]
        )


class PlainSide(Side):
    """Orders without the addon."""

    page = "/my/orders"

    def set_up(self, env):
        """Make a chart of accounts, products and customers."""
        if not env.company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", env.company)
        env["product.product"].create(
            [
                {"name": f"Bench {name}", "type": "service", "list_price": 10.0}
                for name in ("seat", "support")
            ]
        )
        self.partners = data.make_partners(env, self.scale)

    def products(self, env):
        """Return the products of each order."""
        return env["product.product"].search([("name", "like", "Bench %")], order="id")

    def get_order_values(self, _env):
        """Return further values of quotations."""
        return {}

    def measure_more(self, env):
        """Cancel orders, and write prices of quotations."""

        def sold(count):
            orders = self.quote(env, count)
            orders.action_confirm()
            return orders

        self.measure(env, "cancel", lambda: sold(1), lambda orders: orders._action_cancel())
        count = self.scale // 10
        self.measure(
            env, "cancel_many", lambda: sold(count), lambda orders: orders._action_cancel(), 1
        )
        self.measure(env, "raise_prices", lambda: self.quote(env, count), self.raise_prices, 1)

    def raise_prices(self, orders):
        """Write a new price on each line, a hundred orders at a time."""
        for first in range(0, len(orders), 100):
            for line in orders[first : first + 100].order_line:
                line.price_unit *= 1.1
            orders.env.cr.commit()

    def fill_lists(self, env):
        """Return 80 orders of one customer."""
        orders = self.quote(env, 80, env["res.partner"].browse(self.partners[0]))
        orders.action_confirm()
        return orders

    def get_views(self, env):
        """Return ids of form, list and kanban, as the menu of orders opens them."""
        return get_action_views(env, "sale.action_orders")


class ContractSide(Side):
    """Contracts, with the addon."""

    page = "/my/subscriptions"

    def set_up(self, env):
        """Make products, terms and customers."""
        data.make_company(env)
        self.partners = data.make_partners(env, self.scale)

    def products(self, env):
        """Return the products of each contract."""
        return env["product.product"].search([("name", "like", "Bench %")], order="id")

    def get_order_values(self, env):
        """Return further values of quotations: the template."""
        template = env["subscription.template"].search([("name", "=", "Bench")])
        return {
            "subscription_template_id": template.id,
            "subscription_start_date": env.company._subscription_today(),
        }

    def sell(self, env, count):
        """Return contracts that began a month ago and have billed nothing."""
        start = env.company._subscription_today() - timedelta(days=30)
        ids = data.make_contracts(env, self.partners[:count], start)
        return env["sale.order"].browse(ids)

    def measure_more(self, env):
        """Amend, pause and close contracts, and raise their prices."""
        today = env.company._subscription_today()
        self.measure(env, "amend", lambda: self.amend(env), self.confirm)
        self.measure(
            env, "pause", lambda: self.sell(env, 1), lambda found: found._subscription_pause(today)
        )
        self.measure(
            env, "close", lambda: self.sell(env, 1), lambda found: found._subscription_close(today)
        )
        self.measure(
            env, "close_many", lambda: self.sell(env, self.scale // 10), self.close_many, 1
        )
        self.measure(env, "raise_prices", lambda: self.sell(env, self.scale), self.raise_prices, 1)

    def amend(self, env):
        """Return an amendment that asks for more of everything."""
        amendment = self.sell(env, 1)._create_amendment()
        for line in amendment.order_line.filtered("product_id"):
            line.product_uom_qty += 1
        return amendment

    def close_many(self, orders):
        """Close contracts in the wizard, in the batches of the client."""
        reason = orders.env["subscription.close.reason"].search([], limit=1)
        wizard = orders.env["subscription.mass.wizard"].create(
            {
                "order_ids": [(6, 0, orders.ids)],
                "operation": "close",
                "when": "now",
                "reason_id": reason.id,
            }
        )
        do_batches(wizard, wizard.action_start()["params"])

    def raise_prices(self, orders):
        """Look at a campaign, then apply it in the batches of the client."""
        campaign = orders.env["subscription.price.campaign"].create(
            {
                "name": "Bench",
                "contract_domain": str([("id", "in", orders.ids)]),
                "percentage": 10.0,
                "effective_date": orders.env.company._subscription_today() + timedelta(days=90),
                "notice_days": 0,
            }
        )
        preview = campaign.action_preview()
        if preview is not True:
            do_batches(campaign, preview["params"])
        do_batches(campaign, campaign.action_apply()["params"])

    def fill_lists(self, env):
        """Return 80 contracts of one customer."""
        start = env.company._subscription_today() - timedelta(days=30)
        ids = data.make_contracts(env, self.partners[:1] * 80, start)
        return env["sale.order"].browse(ids)

    def get_views(self, env):
        """Return ids of form, list and kanban, as the menu of contracts opens them."""
        return get_action_views(env, "sale_recurring.subscription_contract_action")


def do_batches(record, params):
    """Do what a progress bar of the client does."""
    size = params.get("batch", USUAL_BATCH)
    for first in range(0, len(params["order_ids"]), size):
        found = getattr(record, params["method"])(params["order_ids"][first : first + size])
        record.env.cr.commit()
        if found.get("failed"):
            raise SystemExit(f"{found['failed'][:1]}: nothing was measured.")


def get_action_views(env, action):
    """Return ids of form, list and kanban that an action opens, False for the usual one."""
    views = {kind: view_id for view_id, kind in env.ref(action).views}
    return [views.get(kind, False) for kind in ("form", "list", "kanban")]


def measure_side(database, side, scale):
    """Be one side: print what it found."""
    found = {"plain": PlainSide, "contracts": ContractSide}[side](server.start(database), scale)
    sys.stdout.write(json.dumps(found.run()) + "\n")


def measure(databases, name, scale, log=print):
    """Measure both sides.

    :param str name: database with the addon and nothing else in it
    :return: rows of the table
    :rtype: list[dict]
    """
    bare = f"{name}_plain"
    databases.clone(databases.base(), bare)
    sides = {"plain": bare, "contracts": name}
    results = measure_sides("Operations", "--operations-side", sides, scale, log=log)
    databases.drop(bare)
    counts = {"many": f"{scale // 10:,}", "all": f"{scale:,}"}
    return [
        {
            "what": label.format(**counts),
            "counts": counts,
            "ours": results["contracts"][step],
            "plain": results["plain"][nearest],
            "nearest": nearest,
            "reason": reason,
        }
        for step, label, nearest, reason in STEPS
    ]
