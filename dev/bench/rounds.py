"""Both sides of the comparison, one after the other, month by month."""

import gc
import statistics
import time
from dataclasses import dataclass, field

from dateutil.relativedelta import relativedelta

from . import server

BATCH = 100
# Plain Odoo costs the same per invoice however many there are: no more than so many a round.
MOST_PLAIN = 5000


@dataclass
class Side:
    """What one side needed, per round.

    :ivar list seconds: for all invoices of a round
    :ivar list queries: sent in a round
    """

    count: int
    seconds: list = field(default_factory=list)
    queries: list = field(default_factory=list)

    @property
    def per_invoice(self):
        """Return the median of the rounds in ms per invoice."""
        return statistics.median(self.seconds) / self.count * 1000

    @property
    def queries_per_invoice(self):
        """Return the median of the rounds."""
        return statistics.median(self.queries) / self.count

    def measure(self, function):
        """Run one round of a function; the count of what it made must be right."""
        gc.collect()
        queries, begun = server.query_count(), time.perf_counter()
        made = function()
        self.seconds.append(time.perf_counter() - begun)
        self.queries.append(server.query_count() - queries)
        if made != self.count:
            raise SystemExit(f"{made} invoices instead of {self.count}: nothing was measured.")


def compare(registry, contract_ids, first, rounds, *, log=print):
    """Bill contracts by the run and make the same invoices with plain Odoo, in turn.

    :param list contract_ids: contracts that are due on the day ``first`` and monthly from there
    :return: the plain side and the run's
    :rtype: tuple[Side, Side]
    """
    with server.environment(registry) as env:
        values = read_values(env, contract_ids[:MOST_PLAIN])
    plain, run = Side(len(values)), Side(len(contract_ids))
    for number in range(rounds):
        day = first + relativedelta(months=number)
        sides = [
            (plain, lambda day=day: make_plain_invoices(registry, values, day)),
            (run, lambda day=day: bill(registry, day)),
        ]
        for side, function in sides if number % 2 else reversed(sides):
            side.measure(function)
        log(
            f"    round {number + 1}: plain {plain.seconds[-1] / plain.count * 1000:.1f}, "
            f"run {run.seconds[-1] / run.count * 1000:.1f} ms per invoice"
        )
    return plain, run


def read_values(env, contract_ids):
    """Return the values of each contract's invoice, as somebody without the addon passes them."""
    orders = env["sale.order"].browse(contract_ids)
    return [
        {
            "move_type": "out_invoice",
            "partner_id": order.partner_invoice_id.id,
            "partner_shipping_id": order.partner_shipping_id.id,
            "invoice_payment_term_id": order.payment_term_id.id,
            "fiscal_position_id": order.fiscal_position_id.id,
            "currency_id": order.currency_id.id,
            "invoice_origin": order.name,
            "invoice_line_ids": [
                (
                    0,
                    0,
                    {
                        "name": line.name,
                        "product_id": line.product_id.id,
                        "product_uom_id": line.product_uom_id.id,
                        "quantity": line.product_uom_qty,
                        "price_unit": line.price_unit,
                        "tax_ids": [(6, 0, line.tax_ids.ids)],
                    },
                )
                for line in order.order_line
            ],
        }
        for order in orders
    ]


def make_plain_invoices(registry, values, day):
    """Create and post invoices with default settings, in batches, each committed."""
    made = 0
    with server.environment(registry) as env:
        for first in range(0, len(values), BATCH):
            moves = env["account.move"].create(
                [{**vals, "invoice_date": day} for vals in values[first : first + BATCH]]
            )
            moves.action_post()
            env.cr.commit()
            made += len(moves)
    return made


def bill(registry, day):
    """Let the scheduled job bill what is due on a day, and count what it made."""
    with server.environment(registry) as env, server.clock(env, day):
        env.cr.execute("SELECT coalesce(max(id), 0) FROM account_move")
        [last] = env.cr.fetchone()
        env["sale.order"]._cron_bill_subscriptions()
        env.cr.execute(
            "SELECT count(*) FROM account_move WHERE id > %s AND state = 'posted'", [last]
        )
        return env.cr.fetchone()[0]
