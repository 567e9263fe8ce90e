from odoo import api, fields, models
from odoo.tools import SQL

from ... import const
from ..recognition.recognition_discounts import get_discounts_query
from ..recognition.recognition_plan import RecognitionPlan


class SubscriptionFinding(models.Model):
    """The nightly check of recognised revenue: schedule, invoice lines and ledger agree."""

    _inherit = "subscription.finding"

    @api.model
    def _find_in_database(self):
        """Hook. Add what is wrong with deferred revenue, by companies that recognise it."""
        found = super()._find_in_database()
        for company in self.env["res.company"]._get_served_companies()._get_recognising():
            # Where nothing can be booked, every line is late for the same reason.
            found += self._find_stopped(company) or (
                self._find_unplanned(company) + self._find_wrong_deferrals(company)
            )
            found += self._find_edited_entries(company)
        return found

    # ------------------------------------------------------------------
    # Invoice lines
    # ------------------------------------------------------------------

    @api.model
    def _find_stopped(self, company):
        """Return that nothing can be booked in a company at all."""
        local = company._in_company_language(company)
        problem = local._get_recognition_problem()
        if not problem:
            return []
        facts = {"reason": "stopped", "problem": problem}
        return [self._prepare_finding("deferral", facts=facts, company_id=company.id)]

    @api.model
    def _find_unplanned(self, company):
        """Return posted invoice lines with days of service that nothing was planned for."""
        plan = RecognitionPlan(company)
        lines = self.env["account.move.line"].browse(plan._get_new_keys(const.CHECK_BATCH_SIZE))
        before = fields.Datetime.now() - const.CHECK_GRACE
        late = lines.filtered(lambda line: line.move_id.write_date < before)
        return [
            self._prepare_deferral("missing", line.id, line, line.sale_line_ids.order_id[:1].id)
            for line in late
        ]

    @api.model
    def _find_wrong_deferrals(self, company):
        """Return lines of which too much or too little was told, or too late."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH discount AS MATERIALIZED (%(discounts)s)
                SELECT row.line_key, MIN(row.order_id), MAX(row.problem), CASE
                       WHEN bool_or(row.problem IS NOT NULL) THEN 'aside'
                       WHEN bool_or(move.state = 'cancel' OR move.state = 'draft'
                                    AND move.posted_before) THEN 'undone'
                       WHEN bool_or(row.move_id IS NULL AND row.date < %(late)s
                                    AND (deferred_amount != 0 OR accrued_amount != 0))
                       THEN 'late' ELSE 'amount' END
                  FROM subscription_recognition row
                  LEFT JOIN account_move_line line ON line.id = row.line_key
                  LEFT JOIN account_move move ON move.id = row.move_id
                 WHERE row.company_id = %(company)s
                 GROUP BY row.line_key, line.id
                HAVING bool_or(row.problem IS NOT NULL) OR bool_or(row.is_stale) IS NOT TRUE AND (
                       bool_or(move.state = 'cancel' OR move.state = 'draft'
                               AND move.posted_before)
                    OR bool_or(row.move_id IS NULL AND row.date < %(late)s
                               AND (deferred_amount != 0 OR accrued_amount != 0))
                    OR SUM(invoiced_amount + credited_amount) != CASE
                       WHEN line.parent_state = 'posted' AND (
                            line.deferred_start_date IS NOT NULL
                            OR line.id IN (SELECT id FROM discount))
                       THEN -line.balance ELSE 0 END
                    OR SUM(invoiced_amount + credited_amount) != SUM(recognised_amount)
                    OR SUM(deferred_amount) != 0 OR SUM(accrued_amount) != 0)
                 ORDER BY row.line_key
                """,
                company=company.id,
                discounts=get_discounts_query(company),
                late=company._subscription_today() - const.MISSED_AFTER,
            )
        )
        lines = self.env["account.move.line"].browse(row[0] for row in rows).exists()
        by_id = {line.id: line for line in lines}
        return [
            self._prepare_deferral(reason, key, by_id.get(key, lines.browse()), order_id, problem)
            for key, order_id, problem, reason in rows
        ]

    @api.model
    def _prepare_deferral(self, reason, key, line, order_id, problem=None):
        """Return the values of a finding about one invoice line, which may be deleted."""
        return self._prepare_finding(
            "deferral",
            order_id,
            can_repair=True,
            facts={"object": str(key), "reason": reason, "problem": problem or ""},
            move_id=line.move_id.id,
            invoice_line_id=line.id,
        )

    def _get_message_deferral(self, words):
        reason = (self.facts or {}).get("reason")
        words = {**words, "problem": (self.facts or {}).get("problem")}
        if reason == "stopped":
            text = "%(problem)s"
        elif reason == "aside":
            text = self.env._("%(invoice)s: a line is set aside. %(problem)s")
        elif reason == "missing":
            text = self.env._("%(invoice)s: nothing is recognised of a line with days of service.")
        elif reason == "undone":
            text = self.env._("%(invoice)s: an entry that recognises it is no longer posted.")
        elif reason == "late":
            text = self.env._("%(invoice)s: what was earned is not booked in time.")
        else:
            text = self.env._("%(invoice)s: what is recognised of a line is not what it says.")
        return text % words

    def _repair_deferral(self):
        """Plan the invoice line anew and book what is due; entries that were reset are posted."""
        key = int(self.facts["object"])
        rows = self.env["subscription.recognition"]
        told = rows.search([("line_key", "=", key)])
        reset = told.move_id.filtered(lambda move: move.state == "draft" and move.posted_before)
        reset._post()
        rows._renew_and_book(self.company_id or told.company_id[:1], [key])

    # ------------------------------------------------------------------
    # Entries
    # ------------------------------------------------------------------

    @api.model
    def _find_edited_entries(self, company):
        """Return entries that say something else on the deferred accounts than the schedule."""
        differing = self.env["subscription.recognition.ledger"].search(
            [("company_id", "=", company.id), ("difference_amount", "!=", 0)]
        )
        return [
            self._prepare_finding(
                "deferral_entry",
                move.recognition_ids.order_id[:1].id,
                can_repair=bool(move.recognition_ids),
                facts={"difference": sum(own.mapped("difference_amount"))},
                move_id=move.id,
            )
            for move, own in differing.grouped("move_id").items()
        ]

    def _get_message_deferral_entry(self, words):
        currency = self.move_id.company_id.currency_id
        return self.env._(
            "%(invoice)s says %(difference)s more on the accounts for deferred revenue than the "
            "schedule.",
            **words,
            difference=currency.format((self.facts or {}).get("difference", 0.0)),
        )

    def _repair_deferral_entry(self):
        """Take the entry for what it says, and let another one book the difference."""
        self.move_id.recognition_ids._adopt_entries()
