"""The contracts of a stress test: every kind of billing, sold by one seed."""

from datetime import date, timedelta
from random import Random

from odoo.fields import Command

# What customers buy, in turn; the kind says what the contract is like.
KINDS = (
    *("plain", "draft", "arrears", "aligned", "one-off", "quarter"),
    *("planned", "paused", "plain", "draft", "aligned", "plain"),
)
MEMBERS = 4  # contracts of a customer whose contracts share an invoice
MONTH = "sale_recurring.recurrence_month"
QUARTER = "sale_recurring.recurrence_quarter"


def set_up(env, _day, contracts, batch):
    """Create products, terms and customers, and switch all workers on.

    :param int contracts: how many will be sold
    :param int batch: contracts per batch
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
        for shared in (False, True):
            env["subscription.template"].create(
                {
                    "name": f"{name} {shared}",
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
            for number in range(contracts)
        ]
    )


def sell(env, _day, first, last, shared, seed):
    """Sell contracts; a quarter of them are free to be edited later.

    The kind stands in the customer's reference. Contracts that share an invoice are all alike.

    :param int first, last: numbers of the contracts
    :param int shared: so many contracts, those with the lowest numbers, share invoices
    """
    env = env(context={"tracking_disable": True, "mail_create_nosubscribe": True})
    products = {p.default_code: p for p in env["product.product"].search([])}
    templates = {t.name: t for t in env["subscription.template"].search([])}
    customers = env["res.partner"].search([("name", "like", "Customer ")], order="id")
    orders = env["sale.order"]
    for number in range(first, last):
        customer = number // MEMBERS * MEMBERS if number < shared else number
        turn = customer // MEMBERS if number < shared else customer
        kind = KINDS[turn % len(KINDS)]
        dice = Random(f"{seed} {customer}")  # noqa: S311 - a test wants the same contracts again
        who = "edited" if (turn + turn // len(KINDS)) % 4 == 1 else "left"
        terms = templates.get(f"{kind} {number < shared}") or templates[f"plain {number < shared}"]
        orders += orders.create(
            {
                "partner_id": customers[customer].id,
                "client_order_ref": f"{who} {kind}",
                "subscription_start_date": date(2027, 1, dice.randint(1, 31)),
                "subscription_template_id": terms.id,
                "order_line": _lines(env, products, kind, 1 + number % 9),
            }
        )
    orders.action_confirm()
    for order in orders:
        _afterwards(order, order.client_order_ref.split()[1])


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
