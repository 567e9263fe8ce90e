from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...engine.period import FOREVER, Period


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody tries out on a contract: changed lines, days without service, or an end.

    One line may change by what is typed: ``line``, ``day``, its new values, and ``until``, the day
    on which the old ones come back. ``segments`` are engine segments of lines that would change, by
    line. ``gap`` are days without service, ``end`` is the first day without service for good;
    ``is_forfeit`` says that the unused days of these are not credited, ``is_restart`` that periods
    begin anew after the gap. ``without`` are ledger rows to leave out, as if they had been taken
    back.
    """

    line: Any = None
    day: date | None = None
    until: date | None = None
    quantity: float | None = None
    price_unit: float | None = None
    discount: float | None = None
    segments: Mapping = field(default_factory=dict)
    gap: Period | None = None
    end: date | None = None
    is_forfeit: bool = False
    is_restart: bool = False
    without: Collection = ()

    def get_gaps(self, contract):
        """Return the days without service of a contract, with those that are tried.

        :param contract: the `sale.order` whose interruptions count
        :return: engine periods
        :rtype: list
        """
        gaps = contract.subscription_interruption_ids._get_engine_gaps()
        return gaps + ([self.gap] if self.gap else [])

    def get_forfeits(self, contract):
        """Return the spans whose unused days are not credited, with those that are tried.

        :param contract: the `sale.order` whose interruptions count
        :return: engine periods
        :rtype: list
        """
        forfeited = contract._get_forfeited_spans()
        if self.is_forfeit:
            forfeited.append(self.gap or Period(self.end, FOREVER))
        return forfeited
