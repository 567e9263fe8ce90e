"""From what is planned to entries in the books."""

from collections import defaultdict
from datetime import timedelta

from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...engine.money import to_decimal
from .recognition_quarantine import recognise_in_parts

# An account that is archived by now still gets what its invoices booked on it.
QUIET = {
    "skip_account_deprecation_check": True,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
}


class RecognitionEntries:
    """Books what is planned and due, one batch at a time.

    :param company: `res.company`
    """

    def __init__(self, company):
        # sudo: a job writes the entries of everybody
        self.company = company.sudo()
        self.env = self.company.env
        self.today = company._subscription_today()

    def book_batch(self, limit):
        """Make the entries of the next rows that are due.

        :param int limit: how many rows at most
        :return: how many there were
        :rtype: int
        """
        found = self.env["subscription.recognition"].search(
            self._get_due_domain(), order="date, id", limit=limit
        )
        rows = found.try_lock_for_update().filtered_domain([("move_id", "=", False)])
        if not rows:
            return 0
        recognise_in_parts(self.env, self._put_incomplete_aside(rows), self.book, self._set_aside)
        return len(rows)

    def _put_incomplete_aside(self, rows):
        """Return the rows whose accounts are known, and set the others aside.

        :rtype: subscription.recognition
        """
        bad = rows.filtered(
            lambda row: (
                not row.revenue_account_id
                or (row.deferred_amount and not row.deferred_account_id)
                or (row.accrued_amount and not row.accrued_account_id)
            )
        )
        if bad:
            self._set_aside(
                bad,
                self.env._(
                    "An account is missing. Choose one for deferred revenue in the settings of "
                    "Subscriptions, on the product or on its category."
                ),
            )
        return rows.filtered(lambda row: not row.problem)

    def _set_aside(self, rows, reason):
        keys = list(dict.fromkeys(rows.mapped("line_key")))
        rows._set_aside(self.company, keys, reason, self.company._get_recognition_start())

    def book_lines(self, keys):
        """Make the entries that some invoice lines need now.

        :param list keys: ids of invoice lines
        """
        rows = self.env["subscription.recognition"].search(
            self._get_due_domain() & Domain("line_key", "in", keys), order="date, id"
        )
        if rows:
            rows.lock_for_update()
            self.book(rows)

    def _get_due_domain(self):
        """Return the domain of planned rows that need an entry now."""
        due = (
            Domain("company_id", "=", self.company.id)
            & Domain("move_id", "=", False)
            & Domain("is_stale", "=", False)
            & Domain("problem", "=", False)
            & Domain("date", ">=", self.company._get_recognition_start())
            & (Domain("deferred_amount", "!=", 0) | Domain("accrued_amount", "!=", 0))
        )
        if self.company.recognition_mode == "posting":
            return due
        return due & Domain("date", "<", self.today)

    def book(self, rows):
        """Make the entries of planned rows, and post those that are not of a day to come.

        :param rows: locked `subscription.recognition` records
        """
        groups = self._group(rows)
        Move = self.env["account.move"].with_company(self.company).with_context(**QUIET)
        moves = Move.create([self._prepare_entry(group) for group in groups])
        for move, group in zip(moves, groups, strict=True):
            group.move_id = move
        if not self.company.recognition_is_drafted:
            moves.filtered(lambda move: move.date <= self.today)._post()

    def _group(self, rows):
        """Return rows that share an entry."""
        if self.company.recognition_is_grouped:
            return list(rows.grouped(lambda row: (row.date, row.is_late)).values())
        return list(rows)

    # ------------------------------------------------------------------
    # Entries
    # ------------------------------------------------------------------

    def _prepare_entry(self, rows):
        """Return the values of the entry of rows of one day."""
        company = self.company
        day = rows[0].date
        is_future = day > self.today and not company.recognition_is_drafted
        return {
            "move_type": "entry",
            "journal_id": company.recognition_journal_id.id,
            "date": day,
            "ref": self._get_text(rows),
            "auto_post": "at_date" if is_future else "no",
            "line_ids": [Command.create(values) for values in self._prepare_lines(rows)],
        }

    def _get_text(self, rows):
        """Return what the entry is about, and whether it is in another month than it concerns."""
        env, day = self.env, rows[0].date
        month = format_date(env, day, date_format="MMMM y")
        if len(rows) == 1:
            text = env._(
                "Revenue of %(month)s: %(invoice)s",
                month=month,
                invoice=rows.document_id.name or env._("a deleted invoice"),
            )
        else:
            text = env._("Revenue of %(month)s", month=month)
        if not any(rows.mapped("is_late")):
            return text
        closed = self.company._get_recognition_start() - timedelta(days=1)
        return env._(
            "%(text)s, with what belongs to months closed until %(day)s",
            text=text,
            day=format_date(env, closed),
        )

    def _prepare_lines(self, rows):
        """Return the values of the lines of an entry: sums by what the settings keep apart.

        On an account that is reconciled each invoice line has lines of its own.
        """
        sums = defaultdict(lambda: to_decimal(0))
        kept = {}
        for row in rows:
            change = row._get_standing()
            has_partner = self.company.recognition_has_partner or len(rows) == 1
            partner = row.partner_id.id if has_partner else False
            analytic = False
            if self.company.recognition_has_analytic:
                analytic = row.line_id.analytic_distribution or False
            for account, distribution, amount in (
                (row.revenue_account_id, analytic, change.deferred - change.accrued),
                (row.deferred_account_id, False, -change.deferred),
                (row.accrued_account_id, False, change.accrued),
            ):
                own = row if account != row.revenue_account_id and account.reconcile else row[:0]
                if amount:
                    key = (account.id, partner, repr(distribution), own)
                    sums[key] += amount
                    kept[key] = distribution
        texts = {row[:0]: self._get_text(rows)}
        currency_id = self.company.currency_id.id
        # What cancels out altogether still leaves an entry: its rows are told.
        sums = {key: amount for key, amount in sums.items() if amount} or sums
        return [
            {
                "account_id": key[0],
                "partner_id": key[1],
                "analytic_distribution": kept[key],
                "recognition_id": key[3].id,
                "name": texts.get(key[3]) or self._get_text(key[3]),
                "currency_id": currency_id,
                "amount_currency": float(amount),
                "balance": float(amount),
                "tax_ids": [],
            }
            for key, amount in sums.items()
        ]
