"""The contracts of a stress test: every kind of billing, sold by one seed."""

from datetime import date, timedelta
from random import Random

from odoo.fields import Command

# What is sold, as (share of a hundred, kind). The kind says what the contract is like.
KINDS = (
    (26, "plain"),
    (14, "arrears"),
    (14, "aligned"),
    (16, "draft"),
    (8, "one-off"),
    (8, "quarter"),
    (8, "planned"),
    (6, "paused"),
)
EDITED = 0.25
MONTH = "sale_recurring.recurrence_month"
QUARTER = "sale_recurring.recurrence_quarter"


def set_up(env, _day, contracts, batch, shared):
    """Create products, terms and customers, and switch all workers on.

    :param int contracts: how many will be sold
    :param int batch: contracts per batch
    :param bool shared: whether contracts of one customer share an invoice; there are four each
    """
    company = env.company
    company.write({"subscription_tz": "UTC", "subscription_batch_size": batch})
    env["sale.order"]._get_billing_crons(active_test=False).active = True
    tax = env["account.tax"].create(
        {"name": "Stress 20 %", "amount": 20, "type_tax_use": "sale", "company_id": company.id}
    )
    for code, price, recurring in (("seat", 10, 1), ("care", 33.33, 1), ("setup", 250, 0)):
        product = env["product.product"].create(
            {
                "name": code,
                "default_code": code,
                "type": "service",
                "invoice_policy": "order",
                "list_price": price,
                "is_recurring": bool(recurring),
                "taxes_id": [Command.set(tax.ids)],
            }
        )
        product.flush_recordset()
    offered = (env.ref(MONTH) | env.ref(QUARTER)).ids
    for name, values in {
        "plain": {},
        "arrears": {"timing": "arrears"},
        "aligned": {"alignment": "day", "billing_day": 15},
        "draft": {"invoice_mode": "draft"},
    }.items():
        env["subscription.template"].create(
            {
                "name": name,
                "recurrence_id": env.ref(MONTH).id,
                "recurrence_ids": [Command.set(offered)],
                "invoice_mode": "post",
                "group_invoices": shared,
                **values,
            }
        )
    env["res.partner"].create(
        [
            {"name": f"Customer {number}", "country_id": company.country_id.id}
            for number in range(contracts // (4 if shared else 1) or 1)
        ]
    )


def sell(env, _day, first, last, shared, seed):
    """Sell contracts; a quarter of them are free to be edited later.

    The kind stands in the customer's reference. Contracts that share an invoice are all alike.

    :param int first, last: numbers of the contracts
    """
    env = env(context={"tracking_disable": True, "mail_create_nosubscribe": True})
    products = {p.default_code: p for p in env["product.product"].search([])}
    templates = {t.name: t for t in env["subscription.template"].search([])}
    customers = env["res.partner"].search([("name", "like", "Customer ")], order="id")
    plans = [_plan(seed, number, shared) for number in range(first, last)]
    orders = env["sale.order"].create(
        [
            {
                "partner_id": customers[number // (4 if shared else 1)].id,
                "client_order_ref": f"{'edited' if edited else 'left'} {kind}",
                "subscription_start_date": start,
                "subscription_template_id": templates.get(kind, templates["plain"]).id,
                "order_line": _lines(env, products, kind, quantity),
            }
            for number, kind, edited, start, quantity in plans
        ]
    )
    orders.action_confirm()
    for order in orders:
        _afterwards(order, order.client_order_ref.split()[1])


def _plan(seed, number, shared):
    customer = number // 4 if shared else number
    dice = Random(f"{seed} {customer}")  # noqa: S311 - a test wants the same contracts each time
    kind = dice.choices([kind for _share, kind in KINDS], [share for share, _kind in KINDS])[0]
    edited = dice.random() < EDITED
    start = date(2027, 1, dice.randint(1, 31))
    own = Random(f"{seed} {number} own")  # noqa: S311
    return number, kind, edited, start, own.randint(1, 9)


def _lines(env, products, kind, quantity):
    names = ["seat"]
    names += {"one-off": ["setup"], "quarter": ["care"], "plain": ["care"]}.get(kind, [])
    lines = []
    for name in names:
        values = {"product_id": products[name].id, "product_uom_qty": quantity}
        if kind == "quarter" and name == "care":
            values["recurrence_id"] = env.ref(QUARTER).id
        lines.append(Command.create(values))
    return lines


def _afterwards(order, kind):
    """Plan what a customer agreed on for later."""
    start = order.subscription_start_date
    if kind == "planned":
        line = order.order_line[0]
        day = start + timedelta(days=45)
        order._subscription_change_line(line, day, quantity=line.product_uom_qty + 2)
    elif kind == "paused":
        order._subscription_pause(start + timedelta(days=70), start + timedelta(days=85))
