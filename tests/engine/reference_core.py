# ruff: noqa
# fmt: off
"""Reference: due = wanted - billed, compared at every instant on TERMS (a value), valued on what was booked.

wanted(t): {unit_terms: quantity}      from segments (split / id of segment is irrelevant)
billed(t): {unit_terms: quantity}      from live ledger rows (layers add up; a credit lowers a layer)
A charge is valued on the price and telescopes inside its full period; a credit is valued on the row it undoes.
"""
from __future__ import annotations
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, ROUND_HALF_UP
from fractions import Fraction as F
import calendar

CENT = Decimal("0.01")
def days_of(a: date, b: date): return [a + timedelta(n) for n in range((b - a).days)]
def rnd(x: F) -> Decimal:                      # HALF_UP away from zero, exact
    q = F(x) * 100; s = -1 if q < 0 else 1; n = int(abs(q) + F(1, 2)); return Decimal(s * n) / 100

@dataclass(frozen=True, order=True)
class Grid:                                     # belongs to the segment AND to the ledger row, never to the contract
    months: int; anchor: date
    def boundary(self, n: int) -> date:
        m = self.anchor.month - 1 + n * self.months; y, m = self.anchor.year + m // 12, m % 12 + 1
        return date(y, m, min(self.anchor.day, calendar.monthrange(y, m)[1]))
    def at(self, d: date):
        n = ((d.year - self.anchor.year) * 12 + d.month - self.anchor.month) // self.months - 1
        while self.boundary(n + 1) <= d: n += 1
        while self.boundary(n) > d: n -= 1
        return self.boundary(n), self.boundary(n + 1)

@dataclass(frozen=True, order=True)
class Terms:                                    # the comparison key; price basis = as typed (net or tax included)
    grid: Grid; price: F; convention: str = "actual"
    def place(self, d: date, full) -> int:      # 30/360; a boundary in a month that is too short is the grid's own day
        own = self.grid.anchor.day
        if d in full and d.day < own: d_day = own
        else: d_day = d.day
        return d.year * 360 + d.month * 30 + min(d_day, 30)
    def weight(self, d: date, full) -> int:     # what one day of a full period counts
        if self.convention == "actual": return 1
        if self.convention == "none": return int(d + timedelta(1) == full[1])  # the last day stands for the period
        return self.place(d + timedelta(1), full) - self.place(d, full)
    def whole(self, full) -> int: return sum(self.weight(d, full) for d in days_of(*full))

@dataclass(frozen=True)
class Seg:
    start: date; end: date | None; qty: int; terms: Terms

@dataclass
class Row:                                      # one charge; `live` = {day-span: qty still charged}
    terms: Terms; full: tuple; span: tuple; qty: int
    computed: Decimal; booked: Decimal          # engine's figure / what the posted invoice line says
    live: dict = field(default_factory=dict)    # day -> qty (days only for brevity; spans in production)
    credited: Decimal = Decimal(0); credited_c: Decimal = Decimal(0); manual: Decimal = Decimal(0)
    def __post_init__(self):
        self.live = dict.fromkeys(days_of(*self.span), self.qty)
        self.days = {d: self.terms.weight(d, self.full) for d in self.live}
        self.weightless = not sum(self.days.values())           # covers, but is no part of the price: valued by days
        if self.weightless: self.days = dict.fromkeys(self.days, 1)
    def measure(self): return sum(q * self.days[d] for d, q in self.live.items())
    def whole(self): return self.qty * sum(self.days.values())

def runs(days):                                 # consecutive days with equal key -> spans
    out = []
    for d, k in sorted(days.items()):
        if out and out[-1][1] == d and out[-1][2] == k: out[-1][1] = d + timedelta(1)
        else: out.append([d, d + timedelta(1), k])
    return out

def served(segs, last):
    """{day: step} up to a day. Without proration a step takes each period whole, whatever comes inside it; what begins
    after days without service waits for a boundary of its own, and another step that needs none goes first."""
    out = {}; d = min((s.start for s in segs), default=last); flows = True
    while d < last:
        s = next((s for s in segs if s.start <= d and (s.end is None or d < s.end)), None)
        whole = s is not None and s.terms.convention == "none"
        flows = s is not None and (flows or not whole or s.terms.grid.at(d)[0] == d)
        e = s.terms.grid.at(d)[1] if flows and whole else d + timedelta(1)
        if flows: out.update(dict.fromkeys(days_of(d, e), s))
        d = e
    return out

def due(segs, rows, until):
    """Book in place; return [('charge'|'credit', amount, span, qty, row)]. Deterministic, idempotent."""
    plan, opened = {}, {}                       # plan(terms, day) -> qty, all steps known; opened = periods begun by `until`
    last = max([until, *(r.full[1] for r in rows), *(s.terms.grid.at(until)[1] for s in segs)])
    for d, s in served(segs, last).items():
        plan[s.terms, d] = s.qty; opened[s.terms, d] = s.terms.grid.at(d)[0] <= until
    want = {k: q if k[1] <= until else min(q, plan.get((k[0], until), 0)) for k, q in plan.items() if opened[k]}
    have = {}                                   # bill today what is wanted BOTH by the plan of that day and by today's step
    for r in rows:
        for d, q in r.live.items(): have[r.terms, d] = have.get((r.terms, d), 0) + q
    items = []
    for r in reversed(rows):                    # credits, newest layer first
        cut = {}                                # undo today what neither the plan of that day nor today's step wants
        for d in sorted(r.live):
            keep = plan.get((r.terms, d), 0)
            if d > until: keep = max(keep, plan.get((r.terms, until), 0))
            c = min(r.live[d], have[r.terms, d] - keep)
            if c > 0: r.live[d] -= c; have[r.terms, d] -= c; cut[d] = c
        if cut:
            keep = F(r.measure(), r.whole())
            c_c = r.computed - r.credited_c - rnd(F(r.computed) * keep)
            c_b = r.booked - r.credited - rnd(F(r.booked) * keep)
            c_b = max(Decimal(0), min(c_b, r.booked - r.credited - r.manual))  # never more than is left
            r.credited += c_b; r.credited_c += c_c
            items.append(("credit", -c_b, runs(cut), r))
    miss = {}
    for (t, d), q in want.items():
        q -= have.get((t, d), 0)
        if q > 0: miss.setdefault((t, t.grid.at(d)), {})[d] = q
    for (t, full), days in sorted(miss.items()):
        n = t.whole(full)
        for a, b, q in runs(days):              # telescoping: amount = P(measure after) - what live rows already carry
            same = [r for r in rows if r.terms == t and r.full == full]
            m = sum(r.measure() for r in same if not r.weightless) + q * sum(t.weight(d, full) for d in days_of(a, b))
            carried = sum((r.computed - r.credited_c for r in same), Decimal(0))
            amt = max(Decimal(0), rnd(t.price * F(m, n)) - carried)     # rounding never turns a charge round
            r = Row(t, full, (a, b), q, amt, amt); rows.append(r); items.append(("charge", amt, [[a, b, q]], r))
    return items
