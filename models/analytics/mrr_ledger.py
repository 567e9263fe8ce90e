"""From the segments of contracts to the rows of their MRR ledger: what is missing is added."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo.tools import SQL

from ...engine.metrics.movement import Break, Member, Movement, Piece, movements
from ...engine.money import to_decimal
from ...engine.period import FOREVER
from .mrr_rows import MrrRows

ZERO = Decimal(0)


def get_company_origins(env, company, today, after=0):
    """Return the first orders of the chains that a company's run has to look at.

    :param company: `res.company`
    :param date today: its day
    :param int after: leave out chains up to this id
    :return: ids in their order: those that time moved; every chain before the first run, and
        after another way to count was chosen
    :rtype: list[int]
    """
    env.flush_all()
    since = company.subscription_mrr_date
    if not since or company.subscription_mrr_policy != company._get_mrr_policy_key():
        where = SQL("o.subscription_anchor_date IS NOT NULL")
        every = SQL("SELECT id FROM sale_order o WHERE %s", where)
        return _fetch_origins(env, company, every, after)
    moved = SQL(
        """
        SELECT order_id FROM subscription_segment
         WHERE company_id = %(company)s AND start_date > %(since)s AND start_date <= %(today)s
        UNION ALL
        SELECT order_id FROM subscription_segment
         WHERE company_id = %(company)s AND end_date > %(since)s AND end_date <= %(today)s
        UNION ALL
        SELECT order_id FROM subscription_interruption
         WHERE company_id = %(company)s AND (start_date > %(since)s AND start_date <= %(today)s
            OR end_date > %(since)s AND end_date <= %(today)s)
        """,
        company=company.id,
        since=since,
        today=today,
    )
    if (since.year, since.month) != (today.year, today.month):
        foreign = SQL(
            "SELECT order_id FROM subscription_mrr_event "
            "WHERE company_id = %s AND currency_id != %s",
            company.id,
            company.currency_id.id,
        )
        moved = SQL("%s UNION ALL %s", moved, foreign)
    return _fetch_origins(env, company, moved, after)


def _fetch_origins(env, company, orders, after):
    query = SQL(
        "SELECT DISTINCT o.subscription_origin_id FROM sale_order o "
        "WHERE o.company_id = %s AND o.subscription_origin_id > %s AND o.id IN (%s) "
        "ORDER BY 1",
        company.id,
        after,
        orders,
    )
    return [found for (found,) in env.execute_query(query)]


@dataclass
class Chain:
    """Hold what is known of one chain of contracts, and what its ledger says already."""

    origin: object
    orders: object
    pieces: dict = field(default_factory=lambda: defaultdict(list))
    breaks: dict = field(default_factory=lambda: defaultdict(list))
    recorded: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(lambda: ZERO)))
    revisions: dict = field(default_factory=lambda: defaultdict(lambda: -1))
    rows: list = field(default_factory=list)
    owned: dict = field(default_factory=dict)
    last: object = None

    @property
    def members(self):
        """Return the contracts of the chain as engine values, in order."""
        return [
            Member(tuple(self.pieces[order.id]), tuple(self.breaks[order.id]))
            for order in self.orders
        ]

    def get_order_on(self, day):
        """Return the contract of the chain that holds on a day, the first one before it began."""
        found = self.orders[:1]
        for order in self.orders:
            pieces = self.pieces[order.id]
            if pieces and min(piece.start for piece in pieces) <= day:
                found = order
        return found


def _round(value):
    return value.quantize(Decimal("0.000001"))


class MrrLedger:
    """Adds what the ledger of MRR does not say yet; to add nothing is the normal case.

    What the segments say of each day up to today is compared with what was recorded for it. The
    difference is a new row, so that the same call may come twice, late, or after a crash.
    """

    def __init__(self, env):
        # sudo: nobody writes the ledger by hand, and it holds contracts of every salesperson
        self.env = env(su=True, context={})
        self._rates = {}

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _load(self, origins, revalues=False):
        """Return what is known of chains; the number of queries does not depend on how many.

        :param origins: `sale.order` records, the first of each chain
        :param bool revalues: look whether taxes changed what segments in force are worth
        :rtype: list[Chain]
        """
        orders = self.env["sale.order"].search(
            [("subscription_origin_id", "in", origins.ids)], order="subscription_start_date, id"
        )
        segments = self.env["subscription.segment"].search([("order_id", "in", orders.ids)])
        # A chain that cannot be read stays as it was recorded; the check of its history names it.
        broken = segments._store_missing_mrr().order_id.subscription_origin_id
        orders = orders.filtered(lambda order: order.subscription_origin_id not in broken)
        segments = segments.filtered(
            lambda segment: segment.order_id.subscription_origin_id not in broken
        )
        if revalues:
            segments._store_changed_mrr()
        orders = orders & segments.order_id
        members = orders.grouped("subscription_origin_id")
        chains = {
            origin.id: Chain(origin, members.get(origin, orders.browse()))
            for origin in origins - broken
        }
        for segment in segments:
            chain = chains[segment.order_id.subscription_origin_id.id]
            product = segment.line_id.product_id.id
            rate = self._get_chain_rate(chain, segment.order_id)
            regular = segment._get_regular_mrr()
            chain.pieces[segment.order_id.id] += [
                Piece(
                    start,
                    stop,
                    product,
                    _round(value * rate),
                    None if regular is None else _round(regular * rate),
                    segment.discount_kind == "trial",
                )
                for start, stop, value in segment._get_mrr_spans()
            ]
        self._load_breaks(orders, chains)
        self._load_recorded(chains)
        return list(chains.values())

    def _load_breaks(self, orders, chains):
        """Add the days without service of contracts to their chains."""
        gaps = self.env["subscription.interruption"].search([("order_id", "in", orders.ids)])
        for gap in gaps:
            if gap.end_date and gap.end_date <= gap.start_date:
                continue
            chain = chains[gap.order_id.subscription_origin_id.id]
            told = gap.decision_date or None
            found = Break(gap.start_date, gap.end_date or FOREVER, gap.kind, told)
            chain.breaks[gap.order_id.id].append(found)
        for order in orders.filtered("subscription_cancelled_date"):
            end = order.subscription_end_date or FOREVER
            found = Break(end, FOREVER, "closure", order.subscription_cancelled_date)
            chains[order.subscription_origin_id.id].breaks[order.id].append(found)

    def _load_recorded(self, chains):
        """Add what the ledger says to chains."""
        query = SQL(
            """
            SELECT event.origin_id, event.effective_date, event.kind, event.handover,
                   MAX(event.revision), part.product_id,
                   SUM(part.amount), SUM(part.company_amount),
                   event.user_id, event.team_id, event.template_id,
                   event.commercial_partner_id, event.country_id
              FROM subscription_mrr_event event
              JOIN subscription_mrr_part part ON part.event_id = event.id
             WHERE event.origin_id = ANY(%s)
             GROUP BY 1, 2, 3, 4, 6, 9, 10, 11, 12, 13
            """,
            list(chains),
        )
        self.env["subscription.mrr.event"].flush_model()
        for row in self.env.execute_query(query):
            origin, day, kind, handover, revision, product, amount, value, *owner = row
            chain, key = chains[origin], (day, kind, handover or "")
            chain.recorded[key][product] += to_decimal(amount)
            chain.revisions[key] = max(chain.revisions[key], revision)
            chain.rows.append((day, tuple(owner), product, to_decimal(amount), to_decimal(value)))
            if handover != "out" and kind != "fx":
                chain.owned[day] = tuple(owner)
            chain.last = max(chain.last or day, day)

    def _get_chain_rate(self, chain, order):
        """Return the currency of a chain for one unit of that of one of its contracts.

        A renewal may be agreed in another currency. The chain stays in the one it began with: the
        renewal counts at the rate of its first day, so that only a real difference is an expansion.
        """
        if order.currency_id == chain.origin.currency_id:
            return Decimal(1)
        day = order.subscription_start_date or order.subscription_anchor_date
        return self.get_rate(order, day) / self.get_rate(chain.origin, day)

    def get_rate(self, order, day):
        """Return the company's currency for one unit of the contract's on a day."""
        company, currency = order.company_id, order.currency_id
        if currency == company.currency_id:
            return Decimal(1)
        key = (company, currency, day)
        if key not in self._rates:
            Currency = self.env["res.currency"]
            rate = Currency._get_conversion_rate(currency, company.currency_id, company, day)
            self._rates[key] = to_decimal(rate)
        return self._rates[key]

    # ------------------------------------------------------------------
    # Comparing
    # ------------------------------------------------------------------

    def get_missing(self, chain, today, policy=None):
        """Return what the segments of a chain say up to a day and the ledger does not.

        :param Chain chain: see :meth:`_load`
        :param date today: nothing later is told
        :param Policy policy: how to count, that of the company when empty
        :return: movements with the differences, in the order of their days
        :rtype: list[Movement]
        """
        policy = policy or chain.origin.company_id._get_mrr_policy()
        wanted = defaultdict(dict)
        for move in movements(chain.members, today, policy):
            for product, amount in move.parts:
                wanted[move.day, move.kind, ""][product] = amount
        told = {
            (day, kind, handover)
            for day, kind, handover in chain.recorded
            if day <= today and not handover and kind != "fx"
        }
        found = []
        for day, kind, handover in sorted(told | wanted.keys()):
            said, should = chain.recorded[day, kind, handover], wanted[day, kind, handover]
            parts = tuple(
                (product, difference)
                for product in sorted(said.keys() | should.keys())
                if (difference := should.get(product, ZERO) - said.get(product, ZERO))
            )
            if parts:
                found.append(Movement(day, kind, sum(amount for _, amount in parts), parts))
        return found

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    def record(self, origins):
        """Add what is missing for chains of contracts.

        :param origins: `sale.order` records, the first of each chain
        :return: the new movements
        :rtype: recordset of `subscription.mrr.event`
        """
        self.env.flush_all()
        origins = origins.with_env(self.env)
        rows = []
        for chain in self._load(origins, revalues=True):
            found = self._get_rows(chain)
            if found:
                rows += found
        if not rows:
            return self.env["subscription.mrr.event"]
        # Two transactions that add to one chain at once would add the same: the second is repeated.
        self.env["sale.order"].browse(
            {row["origin_id"] for row, _parts in rows}
        )._subscription_claim()
        events = self.env["subscription.mrr.event"].create([values for values, _parts in rows])
        self.env["subscription.mrr.part"].create(
            [
                {**part, "event_id": event.id}
                for event, (_values, parts) in zip(events, rows, strict=True)
                for part in parts
            ]
        )
        return events

    def _get_rows(self, chain, policy=None):
        """Return the values of new movements of one chain, each with those of its parts.

        Days come in their order. In between, on the first of each month and whenever nothing is
        left, the drift of rates since the last movement is told. A change of the past is told at
        the rates of the months since, too.

        :param Policy policy: how to count, that of the company when empty
        """
        order = chain.orders[-1:] or chain.origin
        today = order._subscription_today()
        missing = self.get_missing(chain, today, policy)
        ledger = MrrRows(self, chain, today)
        months = ledger.get_months(missing)
        while missing or months:
            if months and (not missing or months[0] <= missing[0].day):
                ledger.add_drift(months.pop(0))
            else:
                ledger.add(missing.pop(0))
        ledger.add_handover()
        return ledger.rows
