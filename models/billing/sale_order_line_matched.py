from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import billing, errors
from ...engine.matched import matched_until, plan_key


class SaleOrderLine(models.Model):
    """What a run reads of a line's ledger: not what was billed long ago and has not changed since.

    Up to the matched day wanted and billed agree for good; `engine.matched` says why nothing is
    lost. The day holds as long as the plan before it does, and a row that is added before it takes
    it away. The nightly check reads everything and compares.
    """

    _inherit = "sale.order.line"

    matched_until_date = fields.Date(
        "Matched Until",
        copy=False,
        readonly=True,
        help="Everything before this day is billed as agreed, so that runs need not read it again.",
    )
    matched_plan_key = fields.Char(copy=False, readonly=True)
    open_billed_period_ids = fields.Many2many(
        "subscription.billed.period",
        string="Billed Periods That May Change",
        compute="_compute_open_billed_period_ids",
        compute_sudo=True,
        groups="base.group_system",
    )

    @api.depends("ledger_revision", "matched_until_date")
    def _compute_open_billed_period_ids(self):
        """Read the rows of many lines in one query, by index, however old the lines are."""
        Row = self.env["subscription.billed.period"]
        stored = self.filtered("id")
        days = [line.matched_until_date or date.min for line in stored]
        found = dict.fromkeys(stored.ids, ())
        if stored:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT line.id, array_agg(billed.id ORDER BY billed.revision, billed.n)
                      FROM unnest(%(ids)s::integer[], %(days)s::date[]) AS line (id, day)
                      JOIN subscription_billed_period billed
                        ON billed.line_id = line.id AND billed.full_end_date > line.day
                  GROUP BY line.id
                    """,
                    ids=stored.ids,
                    days=days,
                )
            )
            found.update(rows)
        for line in self:
            line.open_billed_period_ids = Row.browse(found.get(line.id, ()))

    def _get_open_ledger(self, segments):
        """Return the rows of one line that can still matter, and the day before which none does.

        :param segments: engine segments of the line, without the days of interruptions
        :return: engine rows, and a date or None when these are all rows
        :rtype: tuple
        """
        self.ensure_one()
        day = self.matched_until_date
        if day and self.matched_plan_key == plan_key(segments, day):
            # sudo: only the system reads this field; who may bill the contract may read its rows
            return self.sudo().open_billed_period_ids._get_engine_rows(), day
        return self.billed_period_ids._get_engine_rows(), None

    def _get_line_dates(self, segments):
        """Return up to when a line is billed, when it is due again, and its matched day.

        :param segments: engine segments of the line, without the days of interruptions
        :return: falsy dates for never
        :rtype: tuple
        """
        self.ensure_one()
        today = self.order_id._subscription_today()
        rows, since = self._get_open_ledger(segments)
        until = billing.billed_until(segments, rows, since) if segments else None
        try:
            due = billing.next_billing_date(segments, rows, since=since)
            matched = matched_until(segments, rows, today, since)
        except errors.EngineError:
            due, matched = today, None
        return until or False, due, matched or False

    @api.model
    def _forget_matched_days(self, vals_list):
        """Take the matched day from lines whose ledger gets a row of a period before it.

        :param list vals_list: values of new ledger rows
        """
        # sudo: whoever may bill the contract may add to its ledger, also without rights on it
        lines = self.sudo().browse({vals["line_id"] for vals in vals_list if vals.get("line_id")})
        days = {line.id: line.matched_until_date for line in lines if line.matched_until_date}
        stale = set()
        for vals in vals_list:
            day, first = days.get(vals.get("line_id")), vals.get("full_start_date")
            if day and first and fields.Date.to_date(first) < day:
                stale.add(vals["line_id"])
        if stale:
            lines.browse(stale)._as_system().matched_until_date = False
