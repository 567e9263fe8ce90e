"""The table of cohorts of a model's records, read with the rights of the reader."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytz
from odoo.fields import Date, Datetime
from odoo.tools import SQL, format_date
from odoo.tools.misc import get_lang

from ...engine.metrics.cohort import arranged, averages, cohorts, cohorts_of_changes, grid_of
from ...engine.money import to_decimal
from .cohort_shape import COUNT

MOST = 60
"""Rows of a table; it has a column more, for the beginning."""
SPANS = {
    "day": f"{MOST} days",
    "week": f"{MOST * 7} days",
    "month": f"{MOST} months",
    "quarter": f"{MOST * 3} months",
    "year": f"{MOST} years",
}
LABELS = {
    "day": "dd MMM yyyy",
    "week": "dd MMM yyyy",
    "month": "MMM yyyy",
    "quarter": "QQQ yyyy",
    "year": "yyyy",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Hold what the database says: sums by period of the beginning and of what came later."""

    rows: tuple = ()
    is_cut: bool = False
    currency: int | None = None


class CohortTable:
    """Counts what is left of records, by the period in which they began.

    One statement whatever the number of records, and at most 60 rows and 61 columns.

    :param model: the model whose records are counted, with the environment of the reader
    :param domain: which records count
    :param CohortShape shape: what is counted
    """

    def __init__(self, model, domain, shape):
        model, domain = model._get_cohort_source(domain)
        self.model, self.domain, self.shape = model, domain, shape
        self.week_start = int(get_lang(model.env).week_start or 1)
        self.grid = grid_of(shape.interval, self.week_start)
        self.today = model._get_cohort_today()

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _fetch(self):
        """Return the sums by period, those of the youngest cohorts only.

        :rtype: Found
        """
        query = self.model._search(self.domain)
        if query.is_empty():
            return Found()
        cells = self._get_cells(query)
        newest = SQL("MAX(first) OVER ()")
        if self.shape.timeline == "backward":
            newest = SQL("%s", self.grid.period_at(self.today).start)
        statement = SQL(
            """
            WITH cell AS (%(cells)s)
            SELECT first, later, value, converted, least, most, oldest, newest
              FROM (SELECT cell.*, MIN(first) OVER () AS oldest, %(newest)s AS newest
                      FROM cell) AS known
             WHERE first > newest - %(span)s::interval
            """,
            cells=cells,
            newest=newest,
            span=SPANS[self.shape.interval],
        )
        rows = self.model.env.execute_query(statement)
        if not rows:
            return Found()
        *_sums, oldest, _newest = rows[0]
        currencies = {one for row in rows for one in row[4:6] if one}
        # Amounts of several currencies are told in that of the company, as in pivot tables.
        place = 3 if len(currencies) > 1 else 2
        company = self.model.env.company.currency_id.id
        return Found(
            rows=tuple((row[0], row[1], row[place]) for row in rows),
            is_cut=oldest < min(row[0] for row in rows),
            currency=currencies.pop() if len(currencies) == 1 else currencies and company,
        )

    def _get_cells(self, query):
        """Return the statement that adds up records; fields are checked by the rights to them."""
        shape = self.shape
        start, later = self._get_day(shape.date_start, query), self._get_day(shape.later, query)
        period = self._get_period(later)
        known = SQL("%s <= %s", start, self.today)
        if shape.is_of_changes:
            first = self.model._field_to_sql(self.model._table, shape.first, query)
            moved = SQL("CASE WHEN %s THEN NULL ELSE %s END", first, period)
            known = SQL("%s AND %s <= %s", known, later, self.today)
        else:
            moved = SQL("CASE WHEN %s <= %s THEN %s END", later, self.today, period)
        spec = COUNT if shape.measure in ("", COUNT) else f"{shape.measure}:sum"
        value = self.model._read_group_select(spec, query)
        currency, converted = self._get_currency(query)
        return SQL(
            """
            SELECT %(first)s AS first, %(moved)s AS later, %(value)s AS value,
                   %(converted)s AS converted, MIN(%(currency)s) AS least, MAX(%(currency)s) AS most
              FROM %(tables)s WHERE %(known)s AND %(where)s GROUP BY 1, 2
            """,
            first=self._get_period(start),
            moved=moved,
            value=value,
            converted=converted,
            currency=currency,
            tables=query.from_clause,
            known=known,
            where=query.where_clause or SQL("TRUE"),
        )

    def _get_day(self, name, query):
        """Return the SQL of a day, that of the reader where the field holds a moment."""
        model, field = self.model, self.model._fields[name]
        value = model._field_to_sql(model._table, name, query)
        if field.type == "datetime":
            value = field.property_to_sql(value, "tz", model, model._table, query)
        return SQL("(%s)::date", value)

    def _get_period(self, day):
        """Return the SQL of the first day of the period that holds a day."""
        if self.shape.interval == "day":
            return day
        if self.shape.interval == "week":
            moved = SQL("%s - %s", day, self.week_start - 1)
            return SQL("(date_trunc('week', %s)::date + %s)", moved, self.week_start - 1)
        return SQL("date_trunc(%s, %s)::date", self.shape.interval, day)

    def _get_currency(self, query):
        """Return the SQL of the currency of the measure, and of its sum in that of the company.

        Both are NULL where the database knows no currency.
        """
        model, field = self.model, self.model._fields.get(self.shape.measure)
        name = field and field.type == "monetary" and field.get_currency_field(model)
        if not name or not model._fields[name].store:
            return SQL("NULL::int"), SQL("NULL")
        currency = model._field_to_sql(model._table, name, query)
        return currency, model._read_group_select(f"{self.shape.measure}:sum_currency", query)

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def get_data(self):
        """Return the table as the client and the spreadsheet show it.

        :rtype: dict
        """
        found = self._fetch()
        table = self._get_table(found.rows)
        lines = arranged(table, self.shape.timeline, MOST + 1)
        sizes = [line.size for line in table]
        width = len(lines[0]) if lines else 0
        return {
            "rows": [
                {
                    "label": self._get_label(line.start),
                    "size": float(line.size),
                    "values": [None if value is None else float(value) for value in values],
                    **self._get_bounds(line, width),
                }
                for line, values in zip(table, lines, strict=True)
            ],
            "columns": self._get_columns(width),
            "averages": [None if one is None else float(one) for one in averages(sizes, lines)],
            "size": float(sum(sizes)),
            "is_cut": found.is_cut,
            "most": MOST,
            "currency": found.currency or False,
        }

    def _get_table(self, rows):
        """Return the cohorts of sums by period.

        :rtype: list[Cohort]
        """
        interval, until = self.shape.interval, self.today
        if rows and self.shape.timeline == "forward":
            # Nobody sees what happened to old cohorts after the last column.
            newest = max(row[0] for row in rows)
            until = min(until, self._get_period_after(newest, MOST + 1).end - timedelta(1))
        if not self.shape.is_of_changes:
            lives = ((first, later, to_decimal(value or 0)) for first, later, value in rows)
            return cohorts(lives, interval, until, self.week_start)
        changes = (
            (first, self._get_shown(first, later), to_decimal(value or 0))
            for first, later, value in rows
        )
        return cohorts_of_changes(changes, interval, until, self.week_start)

    def _get_shown(self, first, later):
        """Return a day of the period in which a change shows, which is never that of the start."""
        return first if later is None else max(later, self.grid.period_at(first).end)

    def _get_period_after(self, day, count):
        grid = self.grid
        index = grid.recurrence.index_at(grid.anchor, day) + count
        return grid.period_at(grid.boundary(index))

    def _get_label(self, day):
        pattern = LABELS[self.shape.interval]
        return format_date(self.model.env, day, date_format=pattern)

    def _get_columns(self, width):
        """Return what stands over the columns: ages, or periods of the calendar."""
        if self.shape.timeline == "forward":
            return [str(age) for age in range(width)]
        return [
            self._get_label(self._get_period_after(self.today, age - width + 1).start)
            for age in range(width)
        ]

    def _get_bounds(self, line, width):
        """Return the days between which a cohort began, and on which each of its columns ends.

        As the fields of the model keep them, so that a domain can be made of them.
        """
        period = self.grid.period_at(line.start)
        end_of_known = self.today + timedelta(1)
        is_forward = self.shape.timeline == "forward"
        ends = []
        for place in range(width):
            column = (
                self._get_period_after(line.start, place)
                if is_forward
                else self._get_period_after(self.today, place - width + 1)
            )
            is_told = column.start <= self.today and column.start >= period.start
            end = min(column.end, end_of_known)
            ends.append(self._keep(self.shape.later, end) if is_told else False)
        return {
            "start": self._keep(self.shape.date_start, period.start),
            "stop": self._keep(self.shape.date_start, period.end),
            "ends": ends,
            "first": 0 if is_forward else next((n for n, end in enumerate(ends) if end), 0),
        }

    def _keep(self, name, day):
        """Return the first moment of a day as a field keeps it."""
        if self.model._fields[name].type == "date":
            return Date.to_string(day)
        zone = pytz.timezone(self._get_zone())
        moment = zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc)
        return Datetime.to_string(moment.replace(tzinfo=None))

    def _get_zone(self):
        """Return the time zone of the reader, where PostgreSQL and Odoo know it."""
        name = self.model.env.context.get("tz")
        return name if name in pytz.all_timezones_set else "UTC"
