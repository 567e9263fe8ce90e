"""Charges through the demo provider: by the run, and by Odoo's own steps one by one, in turn."""

import collections

from . import data, server, workers
from .rounds import Side, make_plain_invoices, read_values

ROUNDS = 5
SHARES = 4


def measure(registry, partners, *, log=print):
    """Charge the first invoice of one contract per customer, and as many plain invoices.

    :param list partners: ids of customers
    :return: ms and queries per charge of both sides, medians, and how far queries drift
    :rtype: dict
    """
    log(f"==> {len(partners):,} charges")
    with server.environment(registry) as env, server.clock(env, data.START):
        ids = prepare(env, partners).ids
        tokens = (
            env["sale.order"]
            .search([("subscription_payment_token_id", "!=", False)])
            .subscription_payment_token_id
        )
        token_of = {token.partner_id.id: token.id for token in tokens}
        values = read_values(env, env["account.move"].browse(ids).subscription_order_ids.ids)
        hold(env.cr, ids)
        env.cr.commit()
    size = len(ids) // ROUNDS
    plain, run = Side(size), Side(size)
    for number in range(ROUNDS):
        part = slice(number * size, (number + 1) * size)
        make_plain_invoices(registry, values[part], data.START)
        sides = [
            (plain, lambda: charge_plain(registry, token_of, size)),
            (run, lambda part=part: charge(registry, ids[part])),
        ]
        for side, function in sides if number % 2 else reversed(sides):
            side.measure(function)
        log(
            f"    round {number + 1}: plain {plain.seconds[-1] / size * 1000:.0f}, "
            f"run {run.seconds[-1] / size * 1000:.0f} ms per charge"
        )
    return {
        "charges": size * ROUNDS,
        "ms": run.per_invoice,
        "odoo_ms": plain.per_invoice,
        "queries": run.queries_per_invoice,
        "odoo_queries": plain.queries_per_invoice,
        "queries_first": run.queries[0] / size,
        "queries_last": run.queries[-1] / size,
    }


def charge(registry, ids):
    """Let the scheduled job charge these invoices, and count what was paid."""
    with server.environment(registry) as env, server.clock(env, data.START):
        release(env.cr, ids)
        env.cr.commit()
        moves = env["account.move"].browse(ids)
        moves._cron_charge_subscriptions()
        return len(moves.filtered(lambda move: move.payment_state == "paid"))


def charge_plain(registry, token_of, count):
    """Charge the newest plain invoices with Odoo's own steps, committing as the run does."""
    with server.environment(registry) as env:
        moves = env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("payment_state", "=", "not_paid")],
            order="id desc",
            limit=count,
        )
        for move in moves:
            token = env["payment.token"].browse(token_of[move.partner_id.id])
            tx = env["payment.transaction"].create(
                {
                    "provider_id": token.provider_id.id,
                    "payment_method_id": token.payment_method_id.id,
                    "token_id": token.id,
                    "amount": move.amount_residual,
                    "currency_id": move.currency_id.id,
                    "partner_id": move.partner_id.id,
                    "operation": "offline",
                    "invoice_ids": [(6, 0, move.ids)],
                }
            )
            env.cr.commit()
            tx._charge_with_token()
            env.cr.commit()
            tx._post_process()
            env.cr.commit()
        return len(moves.filtered(lambda move: move.payment_state == "paid"))


def share(registry, database, partners, *, log=print):
    """Let one process and two charge as many invoices, in turn.

    :return: number of charges at a time, and how many times as fast two are
    :rtype: dict
    """
    log(f"==> {len(partners):,} charges by one worker and by two")
    with server.environment(registry) as env, server.clock(env, data.START):
        ids = prepare(env, partners).ids
        hold(env.cr, ids)
        env.cr.commit()
    size = len(ids) // SHARES
    seconds, waits = {1: [], 2: []}, collections.Counter()
    for number in range(SHARES):
        with server.environment(registry) as env:
            release(env.cr, ids[number * size : (number + 1) * size])
            env.cr.commit()
        count = 1 + number % 2
        needed, seen = workers.run_workers(registry, database, data.START, count, "charge")
        seconds[count].append(needed)
        if count == 2:
            waits.update(seen)
        log(f"    {count} worker(s): {needed / size * 1000:.0f} ms per charge")
    with server.environment(registry) as env:
        left = env["account.move"].browse(ids).filtered(lambda move: move.payment_state != "paid")
        if left:
            raise SystemExit(f"{len(left)} charges did not go through: nothing was measured.")
    return {
        "charges": size,
        "ratio": workers.pair_ratio(seconds),
        "waits": dict(waits.most_common()),
    }


def hold(cr, ids):
    """Let no run charge these invoices yet."""
    cr.execute(
        "UPDATE account_move SET subscription_charge_attempted_at = now() WHERE id = ANY(%s)", [ids]
    )


def release(cr, ids):
    """Let the next run charge these invoices."""
    cr.execute(
        "UPDATE account_move SET subscription_charge_attempted_at = NULL WHERE id = ANY(%s)", [ids]
    )


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
