import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...engine.money import to_decimal
from ...engine.recognition import Standing, month_end
from .recognition_entries import RecognitionEntries
from .recognition_plan import RecognitionPlan

_logger = logging.getLogger(__name__)

BATCH_SIZE = 500
RETRY_SIZE = 100
STANDING_FIELDS = (
    "invoiced_amount",
    "credited_amount",
    "recognised_amount",
    "deferred_amount",
    "accrued_amount",
)


class SubscriptionRecognition(models.Model):
    """What of an invoice line is earned in a month, and the entry that says so.

    Each row tells the books one change of one line on one day. Rows with an entry are never
    changed: what turns out to be different is told by another row, in the month it concerns or in
    the first one that is open. Rows without one are the plan of the months to come; they are made
    anew whenever the line changes. Sums over the rows of a line up to a day are what the books say
    of it on that day: booked + accrued = recognised + deferred.
    """

    _name = "subscription.recognition"
    _description = "Recognised Revenue"
    _inherit = ["subscription.protected.mixin"]
    _order = "date, id"
    _rec_name = "date"

    line_id = fields.Many2one(
        "account.move.line",
        "Invoice Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    line_key = fields.Integer(
        "Number of the Invoice Line",
        required=True,
        readonly=True,
        index=True,
        aggregator=None,
        help="Stays when the invoice line is deleted.",
    )
    document_id = fields.Many2one(related="line_id.move_id", string="Invoice")
    date = fields.Date("Month", required=True, readonly=True, help="Accounting day of the entry.")
    invoiced_amount = fields.Monetary("Invoiced", readonly=True)
    credited_amount = fields.Monetary("Credited", readonly=True)
    recognised_amount = fields.Monetary("Recognised", readonly=True)
    deferred_amount = fields.Monetary(
        "Change of Deferred Revenue",
        readonly=True,
        help="What was invoiced and not yet served grows (+) or falls (-) by this.",
    )
    accrued_amount = fields.Monetary(
        "Change of Accrued Revenue",
        readonly=True,
        help="What was served and not yet invoiced grows (+) or falls (-) by this.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_late = fields.Boolean(
        "Corrects Closed Months",
        readonly=True,
        help="Holds what belongs to months that are closed.",
    )
    is_stale = fields.Boolean(
        "To Look at Again",
        readonly=True,
        help="The invoice line changed; the next run compares it with the entries.",
    )
    problem = fields.Text(
        "Cannot Be Booked",
        readonly=True,
        help="Why the invoice line is set aside. It is tried again with each run.",
    )
    entry_line_ids = fields.One2many(
        "account.move.line", "recognition_id", "Entry Lines", readonly=True
    )
    move_id = fields.Many2one(
        "account.move", "Entry", readonly=True, index="btree_not_null", ondelete="set null"
    )
    state = fields.Selection(
        [
            ("problem", "Set Aside"),
            ("planned", "Planned"),
            ("nothing", "No Entry Needed"),
            ("draft", "Draft Entry"),
            ("posted", "Posted Entry"),
        ],
        "Status",
        compute="_compute_state",
    )
    order_id = fields.Many2one(
        "sale.order", "Contract", readonly=True, index="btree_not_null", ondelete="set null"
    )
    billed_period_ids = fields.One2many(related="line_id.subscription_billed_period_ids")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="restrict")
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict")
    revenue_account_id = fields.Many2one("account.account", readonly=True)
    deferred_account_id = fields.Many2one("account.account", readonly=True)
    accrued_account_id = fields.Many2one("account.account", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)

    _one_plan = models.UniqueIndex(
        "(line_key, date) WHERE move_id IS NULL",
        "This invoice line was looked at by somebody else at the same moment. Nothing was lost, "
        "try again.",
    )
    _to_book = models.Index(
        "(company_id, date) WHERE move_id IS NULL AND (deferred_amount != 0 OR accrued_amount != 0)"
    )
    _to_look_at = models.Index("(company_id, line_key) WHERE is_stale")
    _set_apart = models.Index("(company_id, line_key) WHERE problem IS NOT NULL")

    @api.depends("move_id.state", "deferred_amount", "accrued_amount", "problem")
    def _compute_state(self):
        for row in self:
            if row.problem:
                row.state = "problem"
            elif row.move_id:
                row.state = "posted" if row.move_id.state == "posted" else "draft"
            else:
                needs_entry = row.deferred_amount or row.accrued_amount
                row.state = "planned" if needs_entry else "nothing"

    @api.depends_context("lang")
    @api.depends("date", "line_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(invoice)s, %(month)s",
                invoice=row.document_id.name or "",
                month=format_date(self.env, row.date, date_format="MMMM y"),
            )

    def _get_standing(self):
        """Return what this row tells, as a value of the engine.

        :rtype: engine.recognition.Standing
        """
        self.ensure_one()
        to_text = "{:.6f}".format
        return Standing(*(to_decimal(to_text(self[name])).normalize() for name in STANDING_FIELDS))

    # ------------------------------------------------------------------
    # Run
    # ------------------------------------------------------------------

    @api.model
    def action_recognise_now(self):
        """Let the job book what is due now, instead of within the hour.

        :raise AccessError: the user may not post entries
        """
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Only people who may post invoices may recognise revenue. Ask one.")
            )
        # sudo: triggering a cron is reserved to administrators
        self.env.ref("sale_recurring.ir_cron_recognise_revenue").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Revenue is recognised in the background."),
            },
        }

    @api.model
    def _mark_stale(self, lines):
        """Let the next run compare invoice lines with what was told of them.

        :param lines: `account.move.line` records that change or go away
        """
        if lines:
            # sudo: whoever changes a document may do so without rights on what follows from it
            changed = lines | lines.sudo()._get_discounts_beside()
            rows = self.sudo().search([("line_key", "in", changed.ids), ("is_stale", "=", False)])
            if rows:
                rows.is_stale = True

    @api.model
    def _cron_recognise_revenue(self):
        """Plan what changed and book what is due, in batches, each committed.

        It may be killed and run again at any point: a batch is done as a whole or not at all, and
        what is done is not done twice.
        """
        Cron = self.env["ir.cron"]
        for company in self.env["res.company"]._get_served_companies()._get_recognising():
            local = company._in_company_language(company)
            if not self._recognise(local, Cron._commit_progress):
                return

    @api.model
    def _recognise(self, company, commit):
        """Plan and book what a company has to, batch by batch.

        :param company: `res.company`
        :param commit: called after each batch with the number of things done; it says whether to
            go on
        :return: whether everything is done
        :rtype: bool
        """
        if company.recognition_mode == "off" or company._get_recognition_problem():
            return True
        plan, entries = RecognitionPlan(company), RecognitionEntries(company)
        self._retry(company)
        for work in (plan.renew_batch, entries.book_batch):
            while done := work(BATCH_SIZE):
                self.env.flush_all()
                time_left = commit(done)
                self.env.invalidate_all()
                if not time_left:
                    return False
        return True

    @api.model
    def _retry(self, company):
        """Plan anew what was set aside, the longest untouched first: somebody may have mended it.

        :param company: `res.company`
        """
        aside = Domain("company_id", "=", company.id) & Domain("problem", "!=", False)
        keys = self.search(aside, order="write_date, id").mapped("line_key")
        if keys:
            RecognitionPlan(company).renew_parts(list(dict.fromkeys(keys))[:RETRY_SIZE])

    @api.model
    def _recognise_now(self, company):
        """Plan and book everything of a company in this transaction."""
        self._recognise(company.sudo(), lambda _done: True)

    @api.model
    def _renew_and_book(self, company, keys):
        """Plan some invoice lines anew and book what of them is due, for a repair.

        :param company: `res.company`
        :param list keys: ids of invoice lines, also of those that are deleted
        """
        RecognitionPlan(company).renew(keys)
        RecognitionEntries(company).book_lines(keys)

    @api.model
    def _get_stale_keys(self, company, limit):
        """Return numbers of invoice lines that changed since they were planned.

        What was planned for a month that is closed meanwhile counts as changed, as does what closed
        months lacked when an earlier one is open again. What is set aside is tried apart.

        :rtype: list[int]
        """
        self.flush_model()
        start = company._get_recognition_start()
        query = SQL(
            """
            SELECT DISTINCT line_key FROM (
                SELECT line_key FROM subscription_recognition
                 WHERE company_id = %(company)s AND is_stale
                 UNION ALL
                SELECT line_key FROM subscription_recognition
                 WHERE company_id = %(company)s AND move_id IS NULL
                   AND (deferred_amount != 0 OR accrued_amount != 0)
                   AND (date < %(start)s OR is_late AND date > %(first)s)
            ) found
             WHERE line_key NOT IN (SELECT line_key FROM subscription_recognition
                                     WHERE company_id = %(company)s AND problem IS NOT NULL)
             ORDER BY line_key LIMIT %(limit)s
            """,
            company=company.id,
            start=start,
            first=month_end(start),
            limit=limit,
        )
        return [key for (key,) in self.env.execute_query(query)]
