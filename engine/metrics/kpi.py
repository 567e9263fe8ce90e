"""Figures of a subscription business, each with the formula that it is computed by.

Amounts are in one currency, per month unless said otherwise. A ratio is None when its denominator
is 0: nobody lost 0 % of nothing. Customers are those with a worth above 0; new ones of the range
are never in the denominator. Whose worth waits for the end of a pause is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ZERO = Decimal(0)


def ratio(part: Decimal | int | Fraction, whole: Decimal | int | Fraction) -> Fraction | None:
    """Return part / whole, None when there is no whole.

    >>> ratio(Decimal('0.5'), 2)
    Fraction(1, 4)
    >>> ratio(3, 0) is None
    True
    """
    return Fraction(part) / Fraction(whole) if whole else None


@dataclass(frozen=True, slots=True)
class Totals:
    """Hold what a range of days moved; amounts carry their signs, what is lost is negative.

    :param opening: worth on the eve of the first day
    :param customers: customers on that eve, those included whose worth waits for a pause to end
    :param lost: those of them that were gone on the last day
    :param won: customers on the last day, waiting or not, that were none on the eve
    :param paused: customers on the last day whose worth waits: they are not lost, and count nothing
    :param contracts: contracts with a worth on the last day
    :param contracts_before: contracts with a worth on the eve, where it was asked for
    :param contracts_won: contracts that began or came back, without those that were on pause
    :param contracts_lost: contracts that were worth nothing any more, without those on pause
    :param other: pause, resume, transfer and drift of rates
    """

    opening: Decimal = ZERO
    new: Decimal = ZERO
    expansion: Decimal = ZERO
    contraction: Decimal = ZERO
    churn: Decimal = ZERO
    reactivation: Decimal = ZERO
    other: Decimal = ZERO
    customers: int = 0
    lost: int = 0
    won: int = 0
    paused: int = 0
    contracts: int = 0
    contracts_before: int = 0
    contracts_won: int = 0
    contracts_lost: int = 0

    @property
    def closing(self) -> Decimal:
        """Return the worth on the last day: opening + every movement."""
        return self.opening + self.net_new + self.other

    @property
    def net_new(self) -> Decimal:
        """Return new + expansion + reactivation + contraction + churn (the last two negative)."""
        return self.new + self.expansion + self.reactivation + self.contraction + self.churn

    @property
    def closing_customers(self) -> int:
        """Return the customers with a worth on the last day."""
        return self.customers + self.won - self.lost - self.paused


def arr(mrr: Decimal) -> Decimal:
    """Return the annual run rate: MRR x 12.

    >>> arr(Decimal('99.5'))
    Decimal('1194.0')
    """
    return mrr * 12


def average_revenue(mrr: Decimal, contracts: int) -> Fraction | None:
    """Return MRR / contracts (per customer: with customers for contracts)."""
    return ratio(mrr, contracts)


def logo_churn(totals: Totals) -> Fraction | None:
    """Return customers lost / customers at the start.

    Source: mainmetrics, of 100 customers 10 are lost and 30 come: 10 %.

    >>> logo_churn(Totals(customers=100, lost=10, won=30))
    Fraction(1, 10)
    """
    return ratio(totals.lost, totals.customers)


def gross_churn(totals: Totals) -> Fraction | None:
    """Return (churn + contraction) / opening MRR.

    Source: ChartMogul, gross MRR churn rate.

    >>> lost = Totals(opening=Decimal(100), churn=Decimal(-10), contraction=Decimal(-10))
    >>> gross_churn(lost)
    Fraction(1, 5)
    """
    return ratio(-(totals.churn + totals.contraction), totals.opening)


def net_churn(totals: Totals) -> Fraction | None:
    """Return (churn + contraction - expansion - reactivation) / opening MRR; below 0 is growth.

    Source: ChartMogul, net MRR churn rate.
    """
    gained = totals.expansion + totals.reactivation
    return ratio(-(totals.churn + totals.contraction + gained), totals.opening)


def nrr(totals: Totals) -> Fraction | None:
    """Return net revenue retention: (opening + expansion - contraction - churn) / opening.

    What comes back is left out, as new customers are.

    >>> nrr(Totals(Decimal(200), expansion=Decimal(20), contraction=Decimal(-4), churn=Decimal(-6)))
    Fraction(21, 20)
    """
    kept = totals.opening + totals.expansion + totals.contraction + totals.churn
    return ratio(kept, totals.opening)


def grr(totals: Totals) -> Fraction | None:
    """Return gross revenue retention: (opening - contraction - churn) / opening, at most 1.

    >>> grr(Totals(Decimal(200), expansion=Decimal(20), contraction=Decimal(-4), churn=Decimal(-6)))
    Fraction(19, 20)
    """
    return ratio(totals.opening + totals.contraction + totals.churn, totals.opening)


def quick_ratio(totals: Totals) -> Fraction | None:
    """Return (new + expansion + reactivation) / (contraction + churn).

    Source: Mamoon Hamid's quick ratio, reactivation counted as gained.

    >>> quick_ratio(Totals(new=Decimal(50), expansion=Decimal(15), churn=Decimal(-13)))
    Fraction(5, 1)
    """
    gained = totals.new + totals.expansion + totals.reactivation
    return ratio(gained, -(totals.contraction + totals.churn))


def growth(totals: Totals) -> Fraction | None:
    """Return (closing - opening) / opening MRR."""
    return ratio(totals.closing - totals.opening, totals.opening)


def lifetime_value(
    average: Fraction | None, churn: Fraction | None, months: Fraction
) -> Fraction | None:
    """Return average monthly revenue of a customer / monthly customer churn.

    The churn of a longer range is spread evenly over its months. None while nobody was lost: the
    formula has no answer then.

    >>> lifetime_value(Fraction(50), Fraction(1, 10), Fraction(1))
    Fraction(500, 1)

    :param months: length of the range that the churn was measured in
    """
    if average is None or not churn:
        return None
    return average * months / churn


def renewal_rate(due: Decimal | int, renewed: Decimal | int) -> Fraction | None:
    """Return what was renewed / what was due: contracts whose term ended, or their MRR.

    Contracts that end inside of a term were not due. MRR is renewed up to what was due, so that
    growth does not hide what was lost. Source: Recurly, renewal rate.

    >>> renewal_rate(4, 3), renewal_rate(Decimal(200), Decimal(50))
    (Fraction(3, 4), Fraction(1, 4))
    """
    return ratio(renewed, due)
