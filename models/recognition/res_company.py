from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...const import SELDOM

MODES = [
    ("off", "No"),
    ("monthly", "At the end of each month"),
    ("posting", "When the invoice is posted"),
]
METHODS = [
    ("days", "By days"),
    ("months", "By even months"),
    ("full_months", "By full months"),
]
BEFORE = [
    ("leave", "Leave them as they were booked"),
    ("rest", "Defer what they have not yet served"),
]


class ResCompany(models.Model):
    """How this company recognises revenue as it is earned."""

    _name = "res.company"
    _inherit = ["res.company", "subscription.protected.mixin"]

    recognition_mode = fields.Selection(
        MODES,
        "Recognise Revenue as It Is Earned",
        default="off",
        required=True,
        help="Invoice lines with a period of service are revenue of the days they pay for, not of "
        "the day on which they are invoiced. Each month in one go, or all months of an invoice "
        "when it is posted.",
        prefetch=SELDOM,
    )
    recognition_account_id = fields.Many2one(
        "account.account",
        "Deferred Revenue Account",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Holds what was invoiced and not yet served. If the account allows reconciliation, "
        "each invoice line is reconciled on it once it is served.",
        prefetch=SELDOM,
    )
    recognition_accrued_account_id = fields.Many2one(
        "account.account",
        "Accrued Revenue Account",
        check_company=True,
        domain="[('account_type', 'in', ('asset_current', 'asset_prepayments', "
        "'asset_receivable'))]",
        help="Holds what was served before it was invoiced. Without one such revenue is recognised "
        "with its invoice.",
        prefetch=SELDOM,
    )
    recognition_journal_id = fields.Many2one(
        "account.journal",
        "Revenue Recognition Journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        prefetch=SELDOM,
    )
    recognition_method = fields.Selection(
        METHODS,
        default="days",
        required=True,
        help="By days: each day of service is worth the same. By even months: each whole month is "
        "worth the same. By full months: each month of service counts in the calendar month in "
        "which it begins.",
        prefetch=SELDOM,
    )
    recognition_is_drafted = fields.Boolean(
        "Leave Recognition Entries as Drafts",
        help="Somebody looks at the entries and posts them.",
        prefetch=SELDOM,
    )
    recognition_is_grouped = fields.Boolean(
        "One Recognition Entry for Many Lines",
        default=True,
        help="Sums per account and analytic distribution instead of one entry per invoice line. On "
        "accounts that allow reconciliation each invoice line keeps lines of its own.",
        prefetch=SELDOM,
    )
    recognition_has_partner = fields.Boolean(
        "Recognition Entries by Customer",
        help="Write the customer on the lines of entries.",
        prefetch=SELDOM,
    )
    recognition_has_analytic = fields.Boolean(
        "Recognition Entries by Analytic Distribution",
        default=True,
        help="Revenue moves on the analytic accounts of the invoice as well.",
        prefetch=SELDOM,
    )
    recognition_min_amount = fields.Monetary(
        "Least Amount Deferred",
        help="Smaller invoice lines are revenue on the day on which they are invoiced.",
        prefetch=SELDOM,
    )
    recognition_min_days = fields.Integer(
        "Least Days Deferred",
        help="Invoice lines for fewer days are revenue on the day on which they are invoiced.",
        prefetch=SELDOM,
    )
    recognition_from_date = fields.Date(
        "Recognise From", help="Nothing is booked before this day.", prefetch=SELDOM
    )
    recognition_before = fields.Selection(
        BEFORE,
        "Invoices Before",
        default="leave",
        required=True,
        help="What happens to invoices that were posted before: they stay revenue as they were "
        "booked, or what they have not yet served on that day is deferred in its month.",
        prefetch=SELDOM,
    )

    @api.constrains(
        "recognition_mode",
        "recognition_account_id",
        "recognition_journal_id",
        "recognition_from_date",
    )
    def _check_recognition_complete(self):
        """Refuse to recognise revenue without the accounts, the journal and the day it needs."""
        for company in self.filtered(lambda one: one.recognition_mode != "off"):
            needed = (
                company.recognition_account_id,
                company.recognition_journal_id,
                company.recognition_from_date,
            )
            if not all(needed):
                raise ValidationError(
                    self.env._(
                        "To recognise revenue as it is earned, %(company)s needs an account for "
                        "deferred revenue, a journal, and the day from which on to do so.",
                        company=company.name,
                    )
                )

    def _get_recognising(self):
        """Return those of these companies that recognise revenue as it is earned."""
        # sudo: what follows from a document does not depend on who changes it
        return self.sudo().filtered(lambda company: company.recognition_mode != "off")

    def _get_ever_recognising(self):
        """Return those of these companies that recognise revenue, or did and may do so again."""
        # sudo: as above
        return self.sudo().filtered("recognition_from_date")

    def _get_recognition_problem(self):
        """Return why nothing can be booked in this company at all, in one sentence.

        :return: None when nothing is in the way
        :rtype: str or None
        """
        self.ensure_one()
        journal = self.recognition_journal_id
        if not journal or not journal.active:
            return self.env._(
                "%(company)s has no journal in use for recognised revenue. Choose one in the "
                "settings of Subscriptions.",
                company=self.name,
            )
        closed = self._get_recognition_closed_date()
        if closed < self._subscription_today():
            return None
        return self.env._(
            "The books of %(company)s are closed until %(day)s, so that no month is open for "
            "recognised revenue.",
            company=self.name,
            day=format_date(self.env, closed),
        )

    def _get_recognition_closed_date(self):
        """Return the last day that is locked for entries of recognised revenue.

        :rtype: datetime.date
        """
        return self._get_user_fiscal_lock_date(self.recognition_journal_id, ignore_exceptions=True)

    def _get_recognition_start(self):
        """Return the first day that entries may be dated: nothing of closed periods is touched.

        :rtype: datetime.date
        """
        self.ensure_one()
        first_open = self._get_recognition_closed_date() + timedelta(days=1)
        return max(first_open, self.recognition_from_date)

    def _get_recognition_account(self, product):
        """Return the account that holds deferred revenue of a product.

        :param product: `product.product`, may be empty
        :rtype: account.account
        """
        own = product.with_company(self)
        return (
            own.recognition_account_id
            or own.categ_id.recognition_account_id
            or self.recognition_account_id
        )
