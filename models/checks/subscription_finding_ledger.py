from odoo import api, models
from odoo.tools import SQL

from ... import const

# Units x days of a ledger row that credits have not taken away.
COVER_LEFT = SQL(
    """
    row.quantity * (row.end_date - row.start_date) - COALESCE((
        SELECT sum(back.quantity * (back.end_date - back.start_date))
          FROM subscription_billed_period back WHERE back.reverses_id = row.id), 0) > 0.000001
    """
)


class SubscriptionFinding(models.Model):
    """Checks of segments, ledger and invoice lines against each other, one query each."""

    _inherit = "subscription.finding"

    @api.model
    def _find_in_contracts(self, orders):
        found = super()._find_in_contracts(orders)
        if not orders:
            return found
        ids = tuple(orders.ids)
        return [
            *found,
            *self._find_overlapping_segments(ids),
            *self._find_lines_without_segments(ids),
            *self._find_duplicate_rows(ids),
            *self._find_over_credited_rows(ids),
            *self._find_wrong_amounts(ids),
            *self._find_lost_links(ids),
            *self._find_rows_of_cancelled_documents(ids),
        ]

    # ------------------------------------------------------------------
    # Segments
    # ------------------------------------------------------------------

    @api.model
    def _find_overlapping_segments(self, ids):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT one.order_id, one.line_id,
                       min(GREATEST(one.start_date, two.start_date))
                  FROM subscription_segment one
                  JOIN subscription_segment two ON two.line_id = one.line_id AND two.id > one.id
                 WHERE one.order_id IN %s
                   AND one.start_date < COALESCE(two.end_date, 'infinity')
                   AND two.start_date < COALESCE(one.end_date, 'infinity')
                 GROUP BY one.order_id, one.line_id
                """,
                ids,
            )
        )
        return [
            self._prepare_finding(
                "overlap", order_id, line_id=line_id, facts={"day": day.isoformat()}
            )
            for order_id, line_id, day in rows
        ]

    @api.model
    def _find_lines_without_segments(self, ids):
        """Return lines of running contracts that want nothing on any day.

        A line that an amendment ended on its own first day has no segments for a good reason.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.order_id, line.id
                  FROM sale_order_line line JOIN sale_order ON sale_order.id = line.order_id
                 WHERE line.order_id IN %s AND sale_order.state = 'sale'
                   AND sale_order.subscription_state IN %s
                   AND (sale_order.subscription_end_date IS NULL OR
                        sale_order.subscription_end_date > sale_order.subscription_start_date)
                   AND line.recurrence_id IS NOT NULL AND line.display_type IS NULL
                   AND NOT EXISTS (
                       SELECT FROM subscription_segment part WHERE part.line_id = line.id)
                   AND NOT EXISTS (
                       SELECT FROM subscription_amendment_changed_line_rel amended
                        WHERE amended.line_id = line.id)
                """,
                ids,
                const.RUNNING_STATES,
            )
        )
        return [
            self._prepare_finding("no_steps", order_id, line_id=line_id)
            for order_id, line_id in rows
        ]

    # ------------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------------

    @api.model
    def _find_duplicate_rows(self, ids):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT order_id, line_id, max(id), min(start_date), max(end_date)
                  FROM subscription_billed_period WHERE order_id IN %s
                 GROUP BY order_id, line_id, revision, n HAVING count(*) > 1
                """,
                ids,
            )
        )
        return [
            self._prepare_finding(
                "duplicate_row",
                order_id,
                line_id=line_id,
                row_id=row_id,
                facts={"start": start.isoformat(), "end": end.isoformat()},
            )
            for order_id, line_id, row_id, start, end in rows
        ]

    @api.model
    def _find_over_credited_rows(self, ids):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT row.order_id, row.line_id, row.id, row.move_id,
                       abs(row.booked_amount), abs(sum(back.booked_amount))
                  FROM subscription_billed_period row
                  JOIN subscription_billed_period back
                    ON back.reverses_id = row.id AND back.kind = 'credit'
                  JOIN res_currency currency ON currency.id = row.currency_id
                 WHERE row.order_id IN %s
                 GROUP BY row.id, currency.id
                HAVING abs(sum(back.booked_amount)) - abs(row.booked_amount)
                       > currency.rounding / 2
                """,
                ids,
            )
        )
        return [
            self._prepare_finding(
                "over_credited",
                order_id,
                line_id=line_id,
                row_id=row_id,
                move_id=move_id or False,
                facts={"booked": float(booked), "credited": float(credited)},
            )
            for order_id, line_id, row_id, move_id, booked, credited in rows
        ]

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    @api.model
    def _find_wrong_amounts(self, ids):
        """Return posted lines whose rows do not add up to what they say.

        The query finds every suspect; each is looked at again as the posting does it.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, min(row.order_id)
                  FROM subscription_billed_period row
                  JOIN account_move_line line ON line.id = row.invoice_line_id
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_currency currency ON currency.id = line.currency_id
                 WHERE row.order_id IN %s AND move.state = 'posted'
                   AND row.kind NOT IN ('waive', 'forfeit')
                 GROUP BY line.id, move.id, currency.id
                HAVING bool_or(row.currency_id != line.currency_id) OR abs(
                         sum(row.booked_amount) - line.quantity::numeric * line.price_unit::numeric
                         * (1 - COALESCE(line.discount, 0)::numeric / 100)
                         * CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                       ) > currency.rounding * 0.499
                """,
                ids,
            )
        )
        found = []
        order_ids = dict(rows)
        for line in self.env["account.move.line"].browse(order_ids):
            rows = line.subscription_billed_period_ids.sorted(lambda row: (row.revision, row.n))
            valued, difference = line._get_booked_difference(rows)
            if valued and not valued.currency_id.is_zero(difference):
                found.append(
                    self._prepare_finding(
                        "amount",
                        order_ids[line.id],
                        can_repair=True,
                        row_id=valued.id,
                        invoice_line_id=line.id,
                        move_id=line.move_id.id,
                        facts={"difference": valued.currency_id.round(difference)},
                    )
                )
        return found

    @api.model
    def _find_lost_links(self, ids):
        """Return invoice lines without ledger rows, and ledger rows without an invoice line."""
        lines, rows = self._get_lines_without_rows(ids), self._get_rows_without_lines(ids)
        pairs = self._match_lines_and_rows([row[2] for row in lines], [row[2] for row in rows])
        return [
            self._prepare_finding(
                "line_without_row",
                order_id,
                can_repair=line_id in pairs,
                line_id=order_line_id,
                invoice_line_id=line_id,
                move_id=move_id,
            )
            for order_id, order_line_id, line_id, move_id in lines
        ] + [
            self._prepare_finding(
                "row_without_line",
                order_id,
                can_repair=row_id in pairs.values(),
                line_id=order_line_id,
                row_id=row_id,
            )
            for order_id, order_line_id, row_id in rows
        ]

    @api.model
    def _get_lines_without_rows(self, ids):
        """Return ids of contract, order line, invoice line and invoice."""
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (line.id) sol.order_id, sol.id, line.id, line.move_id
                  FROM sale_order_line sol
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                 WHERE sol.order_id IN %s AND sol.recurrence_id IS NOT NULL
                   AND line.parent_state IN ('draft', 'posted') AND line.display_type = 'product'
                   AND line.subscription_adjusted_period_id IS NULL
                   AND NOT EXISTS (SELECT FROM subscription_billed_period row
                                    WHERE row.invoice_line_id = line.id)
                 ORDER BY line.id, sol.id
                """,
                ids,
            )
        )

    @api.model
    def _get_rows_without_lines(self, ids):
        """Return charges, and credits of posted invoices, that stand on no document.

        :return: ids of contract, order line and ledger row
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT row.order_id, row.line_id, row.id FROM subscription_billed_period row
                  LEFT JOIN subscription_billed_period undone ON undone.id = row.reverses_id
                  LEFT JOIN account_move move ON move.id = undone.move_id
                 WHERE row.order_id IN %s AND row.invoice_line_id IS NULL
                   AND row.booked_amount != 0
                   AND (row.kind = 'charge' AND %s OR
                        row.kind = 'credit' AND move.state = 'posted')
                """,
                ids,
                COVER_LEFT,
            )
        )

    @api.model
    def _match_lines_and_rows(self, line_ids, row_ids):
        """Pair lost invoice lines with lost ledger rows where only one of each can be meant.

        :return: id of the row by id of the invoice line
        :rtype: dict
        """
        if not line_ids or not row_ids:
            return {}
        lines = self.env["account.move.line"].browse(line_ids)
        rows = self.env["subscription.billed.period"].browse(row_ids)
        wanted = {line: rows.filtered(line._is_billed_by_row) for line in lines}
        taken = [row for candidates in wanted.values() for row in candidates]
        return {
            line.id: candidates.id
            for line, candidates in wanted.items()
            if len(candidates) == 1 and taken.count(candidates) == 1
        }

    @api.model
    def _find_rows_of_cancelled_documents(self, ids):
        """Return rows that still say what a cancelled document said.

        Charges that still cover days, and credits whose days nobody took back.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT row.order_id, row.line_id, row.id, row.move_id
                  FROM subscription_billed_period row
                  JOIN account_move move ON move.id = row.move_id
                  LEFT JOIN subscription_billed_period undone ON undone.id = row.reverses_id
                 WHERE row.order_id IN %s AND move.state = 'cancel' AND CASE row.kind
                       WHEN 'credit' THEN
                            undone.invoice_line_id IS DISTINCT FROM row.invoice_line_id
                       WHEN 'forfeit' THEN false
                       ELSE %s END
                """,
                ids,
                COVER_LEFT,
            )
        )
        return [
            self._prepare_finding(
                "cancelled",
                order_id,
                can_repair=True,
                line_id=line_id,
                row_id=row_id,
                move_id=move_id,
            )
            for order_id, line_id, row_id, move_id in rows
        ]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"
