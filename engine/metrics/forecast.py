"""Where recurring revenue goes when the next months are as the last ones were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .kpi import Totals, ratio


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Hold what each month is expected to bring.

    :param new: MRR won each month, reactivation included
    :param expansion: share of the MRR at the start of a month that is added
    :param loss: share that is lost by contraction and churn
    :param won: contracts won each month
    :param lost: share of the contracts at the start of a month that ends
    """

    new: Fraction = Fraction(0)
    expansion: Fraction = Fraction(0)
    loss: Fraction = Fraction(0)
    won: Fraction = Fraction(0)
    lost: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Hold the end of one month to come: MRR, its band, contracts."""

    mrr: Fraction
    low: Fraction
    high: Fraction
    contracts: Fraction


def measured(months: Sequence[Totals]) -> Assumptions:
    """Return the assumptions that past months give: sums over sums, so that big months count more.

    >>> month = Totals(opening=Decimal(100), new=Decimal(10), churn=Decimal(-5))
    >>> measured([month, month]).loss
    Fraction(1, 20)
    """
    if not months:
        return Assumptions()
    opening = sum(month.opening for month in months)
    contracts = sum(month.contracts_before for month in months)
    new = sum(month.new + month.reactivation for month in months)
    none = Fraction(0)
    return Assumptions(
        new=Fraction(new) / len(months),
        expansion=ratio(sum(month.expansion for month in months), opening) or none,
        loss=ratio(-sum(month.contraction + month.churn for month in months), opening) or none,
        won=Fraction(sum(month.contracts_won for month in months), len(months)),
        lost=ratio(sum(month.contracts_lost for month in months), contracts) or none,
    )


def spread(months: Sequence[Totals]) -> Fraction:
    """Return the variance of the net growth of past months, 0 for fewer than two."""
    if len(months) < 2:
        return Fraction(0)
    values = [Fraction(month.net_new) for month in months]
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def forecast(
    mrr: Decimal,
    contracts: int,
    assumptions: Assumptions,
    months: int,
    variance: Fraction = Fraction(0),
) -> list[Outlook]:
    """Return the ends of the months to come.

    MRR = MRR x (1 + expansion - loss) + new, month by month; the band is one standard deviation of
    past months x the root of the number of months, as for a sum of independent ones.

    >>> [float(month.mrr) for month in forecast(
    ...     Decimal(100), 10, Assumptions(new=Fraction(10), loss=Fraction(1, 10)), 2)]
    [100.0, 100.0]

    :param variance: of the growth of one month, see :func:`spread`
    """
    found, left, count = [], Fraction(mrr), Fraction(contracts)
    for month in range(1, months + 1):
        left = left * (1 + assumptions.expansion - assumptions.loss) + assumptions.new
        count = count * (1 - assumptions.lost) + assumptions.won
        band = Fraction(float(variance * month) ** 0.5).limit_denominator(10**6)
        found.append(Outlook(left, max(Fraction(0), left - band), left + band, count))
    return found


def error_of(expected: Sequence[Fraction], actual: Sequence[Decimal]) -> Fraction | None:
    """Return how far a forecast was off: mean of |expected - actual| / actual.

    Source: mean absolute percentage error. Months that were worth nothing are left out.

    >>> error_of([Fraction(110), Fraction(90)], [Decimal(100), Decimal(100)])
    Fraction(1, 10)
    """
    errors = [
        abs(one - Fraction(two)) / Fraction(two)
        for one, two in zip(expected, actual, strict=False)
        if two
    ]
    return sum(errors, Fraction(0)) / len(errors) if errors else None
