"""Charges through the demo provider: how long each takes, in our code and in Odoo's."""

import statistics
import time

from . import data, server

# What Odoo does for each charge: ask the provider, book the payment.
CORE_STEPS = ("_charge_with_token", "_post_process")
OURS = "odoo.addons.sale_recurring."


class Watch:
    """Adds up the time that Odoo's own part of a charge takes.

    :ivar float seconds: so far
    """

    def __init__(self, registry):
        self.seconds = 0.0
        self.patched = []
        model = registry["payment.transaction"]
        for name in CORE_STEPS:
            owner = next(
                part
                for part in model.mro()
                if name in vars(part) and not part.__module__.startswith(OURS)
            )
            self.patched.append((owner, name, vars(owner)[name]))

    def __enter__(self):
        for owner, name, function in self.patched:
            setattr(owner, name, self._timed(function))
        return self

    def __exit__(self, *details):
        for owner, name, function in self.patched:
            setattr(owner, name, function)

    def _timed(self, function):
        def timed(*args, **kwargs):
            begun = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - begun

        return timed


def measure(registry, partners, *, log=print):
    """Charge the first invoice of one contract per customer, one by one.

    :param list partners: ids of customers
    :return: ms and queries per charge, the share that is Odoo's, and how far queries drift
    :rtype: dict
    """
    log(f"==> {len(partners):,} charges")
    with server.environment(registry) as env, server.clock(env, data.START):
        moves = prepare(env, partners)
        env.cr.commit()
        ids = moves.ids
    queries, seconds = [], []
    with (
        server.environment(registry) as env,
        server.clock(env, data.START),
        Watch(registry) as core,
    ):
        for move_id in ids:
            env.invalidate_all()
            before, begun = server.query_count(), time.perf_counter()
            tx = env["account.move"].browse(move_id)._charge_subscription()
            seconds.append(time.perf_counter() - begun)
            queries.append(server.query_count() - before)
            if tx.state != "done":
                raise SystemExit(f"charge {tx.reference} ended as {tx.state}: nothing was measured")
    half = len(ids) // 2
    return {
        "charges": len(ids),
        "ms": sum(seconds) / len(ids) * 1000,
        "odoo_ms": core.seconds / len(ids) * 1000,
        "queries": statistics.median(queries),
        "queries_first": statistics.median(queries[:half]),
        "queries_last": statistics.median(queries[half:]),
    }


def prepare(env, partners):
    """Make contracts that are charged, and bill them.

    :return: their invoices
    """
    provider = env["payment.provider"].search(
        [("code", "=", "demo"), ("company_id", "=", env.company.id)], limit=1
    )
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    provider.write({"state": "test", "journal_id": journal.id, "allow_tokenization": True})
    env["account.payment.term"].search([]).line_ids.nb_days = 0
    env["subscription.template"].search([("name", "=", "Bench")]).payment_mode = "charge"
    orders = env["sale.order"].browse(data.make_contracts(env, partners, data.START))
    tokens = env["payment.token"].create(
        [
            {
                "provider_id": provider.id,
                "payment_method_id": env.ref("payment_demo.payment_method_demo").id,
                "partner_id": order.partner_id.id,
                "provider_ref": "bench",
                "payment_details": "4242",
                "demo_simulated_state": "done",
            }
            for order in orders
        ]
    )
    for order, token in zip(orders, tokens, strict=True):
        order.subscription_payment_token_id = token
    moves = env["account.move"]
    for first in range(0, len(orders), 100):
        moves |= orders[first : first + 100]._bill_subscriptions()
    return moves
