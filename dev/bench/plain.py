"""Orders without recurring lines: their queries without the addon and with it."""

import gc
import json
import sys

from . import server


def count(database):
    """Print the queries of each step in the life of a plain order, as JSON."""
    registry = server.start(database)
    with server.environment(registry) as env:
        print_json(measure(env))
        env.cr.rollback()


def print_json(value):
    """Write one line for the process that asked."""
    sys.stdout.write(json.dumps(value) + "\n")


def measure(env):
    """Return the queries per step, the second time each is done: nothing is loaded first."""
    if not env.company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", env.company)
    partner = env["res.partner"].create({"name": "Plain", "country_id": env.ref("base.us").id})
    products = env["product.product"].create(
        [{"name": name, "type": "service", "invoice_policy": "order"} for name in ("A", "B")]
    )
    live(env, partner, products)
    return live(env, partner, products)


def live(env, partner, products):
    """Quote, confirm, invoice, post and read one order.

    :return: queries by step
    :rtype: dict
    """
    counts = {}

    def step(name, function):
        env.flush_all()
        env.invalidate_all()
        # What no variable holds any more is forgotten by chance, and would be read once less.
        gc.collect()
        before = server.query_count()
        result = function()
        env.flush_all()
        counts[name] = server.query_count() - before
        return result

    order = step(
        "create",
        lambda: env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": 2}) for product in products
                ],
            }
        ),
    )
    step("confirm", order.action_confirm)
    moves = step("invoice", order._create_invoices)
    step("post", moves.action_post)
    fields = ["name", "state", "amount_total", "invoice_status", "order_line", "tax_totals"]
    step("read", lambda: order.read(fields))
    step("write", lambda: order.write({"client_order_ref": "X"}))
    return counts
