from ...engine.segment import cut_gaps
from .tried import Tried


class DryRun:
    """What would fall due on a contract if it were changed; nothing here writes anything.

    :param order: the contract, one `sale.order`
    :param Tried tried: what is tried out, None for the contract as it is
    """

    def __init__(self, order, tried=None):
        order.ensure_one()
        self.order = order
        self.tried = tried or Tried()

    def get_items(self, until):
        """Return what would fall due if the contract ended, paused or changed as is tried.

        :param date until: last day looked at
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        order, tried, plan = self.order, self.tried, {}
        gaps = tried.get_gaps(order)
        for line in order._get_recurring_lines():
            segments = tried.segments.get(line) or line._get_engine_segments()
            if tried.end:
                segments, _remainder = line._get_moved_end(
                    order.subscription_end_date, tried.end, segments
                )
            plan[line] = cut_gaps(segments, gaps)
        return self.get_plan_items(until, plan, tried.get_forfeits(order))

    def get_plan_items(self, until, plan, forfeited, booked=None):
        """Return what would fall due if the lines had other segments.

        :param date until: last day looked at
        :param dict plan: engine segments by line
        :param list forfeited: spans whose unused days are not credited, engine periods
        :param dict booked: engine rows by line, as if they stood in the ledger too
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        result = []
        for line, segments in plan.items():
            kept = line.billed_period_ids.filtered(lambda row: row not in self.tried.without)
            rows = (*kept._get_engine_rows(), *(booked or {}).get(line, ()))
            result += line._get_due_items(segments, until, forfeited, rows)
        return result
