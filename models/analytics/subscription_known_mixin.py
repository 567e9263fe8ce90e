"""What was known on a day: one filter for the ledger of MRR and all that is read from it."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Date, Domain

FIELD = "known_on"


def get_known_moment(company, day):
    """Return the end of a day: what was recorded before it was known on that day.

    :param company: `res.company` whose day it is
    :param date day: its day
    :return: naive, in UTC
    :rtype: datetime.datetime
    """
    return company._subscription_midnight(Date.add(day, days=1))


def get_known_day(model, domain):
    """Return the day that conditions on *Known On* ask for, and the domain without them.

    A report is known on one day as a whole. Of a period its last day counts, so *Known On: March*
    is what was known at the end of March; of several chosen periods the last one.

    :param model: the model that is searched
    :param Domain domain: already optimized for the model
    :return: the day, None when no condition gives one, and what is left
    :rtype: tuple[date | None, Domain]
    :raise UserError: it is one of several alternatives, or excluded
    """
    if getattr(domain, "field_expr", None) == FIELD:
        return _get_last_day(model, domain), Domain.TRUE
    operator = getattr(domain, "OPERATOR", None)
    if operator not in ("&", "|") or not _has_condition(domain):
        return None, domain
    if operator == "|" and any(leaf.field_expr != FIELD for leaf in domain.iter_conditions()):
        raise UserError(
            model.env._(
                "Known On holds for the whole report. Let it apply together with the other "
                "filters, not instead of them."
            )
        )
    found = [get_known_day(model, child) for child in domain.children]
    days = [day for day, _rest in found if day]
    if not days:
        return None, Domain.AND(rest for _day, rest in found)
    chosen = max(days) if operator == "|" else min(days)
    return chosen, Domain.AND(rest for _day, rest in found)


def _has_condition(domain):
    """Return whether a domain has a condition on *Known On*."""
    return any(leaf.field_expr == FIELD for leaf in domain.iter_conditions())


def _get_last_day(model, leaf):
    """Return the last day that one condition lets through, None where none is the last one."""
    operator, value = leaf.operator, leaf.value
    if operator in (">", ">="):
        return None
    days = [value] if operator in ("<", "<=") else list(value) if operator == "in" else []
    days = [fields.Date.to_date(day) for day in days]
    if not days or not all(days):
        raise UserError(model.env._("Choose the day until which changes were known."))
    return Date.subtract(max(days), days=1) if operator == "<" else max(days)


class SubscriptionKnownMixin(models.AbstractModel):
    """What can be read as it was known on a day: all that was recorded later is left out.

    Days are those of the company that the reader works in.
    """

    _name = "subscription.known.mixin"
    _description = "Read as Known on a Day"

    known_on = fields.Date(
        compute="_compute_known_on",
        search="_search_known_on",
        help="Leaves out what was recorded after this day; of a period, after its last day.",
    )

    def _compute_known_on(self):
        """Hook. Tell since which day each row is known."""
        self.known_on = False

    @api.model
    def _search_known_on(self, operator, value):
        """Find what was recorded by the end of a day."""
        day, _rest = get_known_day(self, Domain(FIELD, operator, value).optimize(self))
        if not day:
            return Domain.TRUE
        return Domain("recorded_at", "<", get_known_moment(self.env.company, day))
