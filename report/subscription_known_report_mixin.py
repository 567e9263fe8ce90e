from collections.abc import Collection
from datetime import date

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import KNOWN_KEY, sealed, unseal
from ..models.analytics.subscription_known_mixin import get_known_day, get_known_moment

SHIFT = 2**32
"""Rows as known on a day have numbers beyond: those of the same row on two days differ."""


class SubscriptionKnownReportMixin(models.AbstractModel):
    """A report of the ledger of MRR that can be read as it was known on a day.

    The condition on *Known On* does not choose among rows: it decides which movements rows are made
    of. It comes with the domain, so that lists, charts, pivot tables, exports and favorites have
    it. A row keeps the day in its number, by which it is found again as it was shown.
    """

    _name = "subscription.known.report.mixin"
    _description = "Report as Known on a Day"
    _inherit = ["subscription.known.mixin"]

    def _compute_known_on(self):
        """Tell the day that the rows were asked for."""
        for row in self:
            day = (row._origin.id or 0) // SHIFT
            row.known_on = day and date.fromordinal(day)

    def _search(self, domain, *args, **kwargs):
        """Let the query of the report read only what was known on the day that is asked for."""
        model, domain = self._as_known(domain)
        return super(SubscriptionKnownReportMixin, model)._search(domain, *args, **kwargs)

    def exists(self):
        """Return the rows that are there on the day that they bear.

        So who may not read one is told that, and not that it is gone.
        """
        day = self._get_day_of_rows(Domain("id", "in", self.ids))
        if not day or day == self._get_known_on():
            return super().exists()
        return self.with_context(**sealed(KNOWN_KEY, day)).exists().with_env(self.env)

    def _as_known(self, domain):
        """Return this model as it was known on the day of a domain, and the rest of the domain.

        :rtype: tuple[SubscriptionKnownReportMixin, Domain]
        """
        day, domain = get_known_day(self, Domain(domain).optimize(self))
        day = day or self._get_day_of_rows(domain)
        if not day or (not self._get_known_on() and day >= self.env.company._subscription_today()):
            return self, domain  # all that is recorded is known today
        return self.with_context(**sealed(KNOWN_KEY, day)), domain

    def _get_day_of_rows(self, domain):
        """Return the day that the numbers of rows bear, None when they bear none.

        :raise ValueError: they bear several
        """
        days = {
            number // SHIFT
            for leaf in domain.iter_conditions()
            if leaf.field_expr == "id" and leaf.operator == "in"
            for number in (leaf.value if isinstance(leaf.value, Collection) else ())
            if isinstance(number, int) and number >= SHIFT
        }
        if len(days) > 1:
            raise ValueError("Rows as known on several days cannot be read at once.")
        day = days.pop() if days else 0
        return date.fromordinal(day) if day else None

    # ------------------------------------------------------------------
    # For the queries
    # ------------------------------------------------------------------

    def _get_known_on(self):
        """Return the day whose knowledge counts, None for all that is known."""
        return unseal(self.env.context, KNOWN_KEY)

    def _get_last_day(self):
        """Return the last day that the report tells of: nothing later can be known."""
        today, day = self.env.company._subscription_today(), self._get_known_on()
        return min(today, day) if day else today

    def _get_known_sql(self):
        """Return the condition on movements that were known.

        :rtype: odoo.tools.SQL
        """
        day = self._get_known_on()
        if not day:
            return SQL("TRUE")
        return SQL("recorded_at < %s", get_known_moment(self.env.company, day))

    def _get_id_sql(self, number):
        """Return the number of a row, with the day on which it was known.

        :param SQL number: that of the row otherwise
        :rtype: odoo.tools.SQL
        """
        day = self._get_known_on()
        return SQL("%s + %s::bigint", number, day.toordinal() * SHIFT) if day else number
