from odoo import models
from odoo.tools import format_date

from ...engine.simulation import measure_usage
from ...tools import get_number_text


class SaleOrderLine(models.Model):
    """What a simulation assumes of lines that are billed by delivered quantity."""

    _inherit = "sale.order.line"

    def _get_simulated_usage(self, segments, rows, today):
        """Return how much of this line is delivered per day at present.

        :param segments: engine segments without the days of pauses
        :param rows: engine rows of the ledger
        :param date today: first day of the simulation
        :return: an engine `Usage`, None for a line that is billed as ordered
        """
        delivered = self._get_delivered_for_billing()
        if delivered is None:
            return None
        return measure_usage(segments, rows, today, delivered)

    def _get_usage_text(self, usage):
        """Return what is assumed of the deliveries of this line, in one sentence."""
        product = self.product_id.display_name
        if not usage.per_day:
            return self.env._(
                "Nothing was delivered lately of %(product)s, which is billed by delivered "
                "quantity, so it is left out.",
                product=product,
            )
        return self.env._(
            "%(product)s is billed by delivered quantity. It is assumed that deliveries go on at "
            "%(quantity)s %(unit)s per day of service, as since %(day)s.",
            product=product,
            quantity=get_number_text(round(float(usage.per_day), 2)),
            unit=self.product_uom_id.name,
            day=format_date(self.env, usage.since),
        )

    def _get_segments_of_next_term(self, segments, simulation, until):
        """Return segments with what terms change that begin within a simulation. Hook.

        :param segments: engine segments, as the change that is tried leaves them
        :param Simulation simulation: what is tried, and on which contract
        :param date until: first day that is not looked at any more
        :return: engine segments
        """
        del simulation, until
        return segments
