"""The rows that are added to the ledger of one chain of contracts, with its balances in between."""

from datetime import date
from decimal import Decimal

from odoo.fields import Date

from ...engine.metrics.movement import revalue

ZERO = Decimal(0)
SMALLEST = Decimal("0.000001")
# Amounts that were rounded one by one differ by so much from their sum, and no rate moved.
ROUNDED = Decimal("0.00001")
ATTRIBUTION = ("user_id", "team_id", "template_id", "commercial_partner_id", "country_id")


class MrrRows:
    """Collects the new rows of one chain, and knows its balances after each of them.

    Between new rows those are read that were recorded for the days in between, so that a change of
    the past meets the balances of its day.
    """

    def __init__(self, ledger, chain, today):
        self.ledger, self.chain, self.today = ledger, chain, today
        self.rows = []
        company = chain.origin.company_id
        self.is_foreign = chain.origin.currency_id != company.currency_id
        self.closed = company.subscription_mrr_date
        self.owners = {}
        self.unread = sorted(chain.rows, key=lambda row: row[0], reverse=True)
        self.had_rows = bool(chain.rows)

    # ------------------------------------------------------------------
    # Days and owners
    # ------------------------------------------------------------------

    def get_months(self, missing):
        """Return the days on which the drift of rates is told, none at home.

        They are the first days of months, and after a change of the past those on which a drift
        was told already.
        """
        known = [day for day in (self.chain.last, *[move.day for move in missing[:1]]) if day]
        if not self.is_foreign or not known:
            return []
        start = min(known)
        days = {day for day, kind, _handover in self.chain.recorded if kind == "fx" and day > start}
        day = Date.start_of(Date.add(start, months=1), "month")
        while day <= self.today:
            days.add(day)
            day = Date.add(day, months=1)
        return sorted(days)

    def _get_owner(self, day):
        """Return whom the contract belongs to that holds on a day, as it is known now."""
        order = self.chain.get_order_on(day)
        partner = order.partner_id
        return (
            order.user_id.id or None,
            order.team_id.id or None,
            order.subscription_template_id.id or None,
            partner.commercial_partner_id.id or None,
            partner.country_id.id or None,
        )

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def add(self, move):
        """Add a movement, at the rate of its day."""
        self._read_until(move.day)
        rate = self.ledger.get_rate(self.chain.origin, move.day)
        parts = [
            (product, value, (value * rate).quantize(SMALLEST)) for product, value in move.parts
        ]
        owner = self._get_recorded_owner(move.day) or self._get_owner(move.day)
        self._add_row(move.day, move.kind, owner, parts, rate)
        if self.is_foreign and not any(
            kept[0] for products in self.owners.values() for kept in products.values()
        ):
            self.add_drift(move.day)

    def _get_recorded_owner(self, day):
        """Return who had the contract on a day that was told before, None for later days.

        A correction belongs to whoever had it then, as far as the ledger knows.
        """
        if not self.closed or day >= self.closed:
            return None
        before = [known for known in self.chain.owned if known <= day]
        return self.chain.owned[max(before)] if before else None

    def add_drift(self, day):
        """Add what the balances are worth more or less at the rate of a day."""
        self._read_until(day)
        rate = self.ledger.get_rate(self.chain.origin, day)
        for owner, products in list(self.owners.items()):
            drifts = [
                (product, ZERO, drift)
                for product, (balance, value) in products.items()
                if abs(drift := revalue(balance, value, rate)) >= (ROUNDED if balance else SMALLEST)
            ]
            if drifts:
                self._add_row(day, "fx", owner, drifts, rate)

    def add_handover(self):
        """Move the balance of whoever had the contract to whoever has it now."""
        self._read_until(date.max)
        new = self._get_owner(self.today)
        rate = self.ledger.get_rate(self.chain.origin, self.today)
        for owner, products in list(self.owners.items()):
            given = [
                (product, -balance, -value)
                for product, (balance, value) in products.items()
                if balance or value
            ]
            if owner == new or not given:
                continue
            taken = [(product, -amount, -value) for product, amount, value in given]
            self._add_row(self.today, "transfer", owner, given, rate, "out")
            self._add_row(self.today, "transfer", new, taken, rate, "in")

    def _add_row(self, day, kind, owner, parts, rate, handover=""):
        """Add the values of one movement and of its parts, and keep the balances."""
        chain, key = self.chain, (day, kind, handover)
        order = chain.get_order_on(day) or chain.origin
        chain.revisions[key] += 1
        is_late = bool(self.had_rows and self.closed and day < self.closed)
        reason = order.subscription_close_reason_id if kind == "churn" else None
        values = {
            "kind": kind,
            "effective_date": day,
            "is_correction": kind != "fx"
            and not handover
            and (is_late or chain.revisions[key] > 0),
            "handover": handover or False,
            "revision": chain.revisions[key],
            "origin_id": chain.origin.id,
            "order_id": order.id,
            "company_id": chain.origin.company_id.id,
            "currency_id": chain.origin.currency_id.id,
            "rate": float(rate),
            "amount": float(sum(amount for _, amount, _ in parts)),
            "company_amount": float(sum(value for _, _, value in parts)),
            "partner_id": order.partner_id.id,
            "close_reason_id": reason and reason.id,
            "is_voluntary": bool(reason and reason.is_voluntary),
            **dict(zip(ATTRIBUTION, owner, strict=True)),
        }
        details = [
            {"product_id": product, "amount": float(amount), "company_amount": float(value)}
            for product, amount, value in parts
        ]
        self.rows.append((values, details))
        for product, amount, value in parts:
            self._keep(owner, product, amount, value)

    # ------------------------------------------------------------------
    # Balances
    # ------------------------------------------------------------------

    def _read_until(self, day):
        """Add what was recorded up to a day, and on it, to the balances."""
        while self.unread and self.unread[-1][0] <= day:
            _day, *row = self.unread.pop()
            self._keep(*row)

    def _keep(self, owner, product, amount, value):
        """Add to the balance that somebody has of a product."""
        kept = self.owners.setdefault(owner, {}).setdefault(product, [ZERO, ZERO])
        kept[0] += amount
        kept[1] += value
