import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...exceptions import BREAKS
from ...tools import join_sentences
from ..contract.activities import request_mending
from ..contract.parts import do_in_parts
from .exact_money import ExactMonetary
from .mrr_ledger import MrrLedger, get_company_origins
from .mrr_protection import protect

KINDS = [
    ("new", "New"),
    ("expansion", "Expansion"),
    ("contraction", "Contraction"),
    ("churn", "Churn"),
    ("reactivation", "Reactivation"),
    ("pause", "Pause"),
    ("resume", "Resume"),
    ("transfer", "Transfer"),
    ("fx", "Exchange Rate"),
]
BATCH_SIZE = 500

_logger = logging.getLogger(__name__)


class SubscriptionMrrEvent(models.Model):
    """What the monthly recurring revenue of a contract did on a day; rows are only ever added.

    A contract is followed from its first order to its last renewal, so a renewal at the same price
    leaves no row. What people change about past days is written as a correction: a row of the same
    day and kind with the difference, recorded when it became known. So every report can be read as
    of a day (``effective_date``) and as known at a moment (``recorded_at``).

    Sum of the rows of a contract up to a day = its MRR on that day, in its currency; the database
    refuses to change or delete a row.
    """

    _name = "subscription.mrr.event"
    _description = "MRR Movement"
    _inherit = [
        "subscription.protected.mixin",
        "subscription.known.mixin",
        "subscription.company.money.mixin",
    ]
    _money_currency = "company_currency_id"
    _order = "effective_date desc, id desc"

    kind = fields.Selection(KINDS, "Movement", required=True, readonly=True)
    effective_date = fields.Date(
        "Day",
        required=True,
        readonly=True,
        help="Day of the company on which the contract began to be worth more or less.",
    )
    recorded_at = fields.Datetime(
        "Recorded On",
        required=True,
        readonly=True,
        default=lambda self: self.env.cr.now(),
        help="When this became known. Later than the day for corrections of the past.",
    )
    is_correction = fields.Boolean(
        "Correction",
        readonly=True,
        help="Somebody changed the past: this is the difference to what was recorded for the day "
        "before.",
    )
    handover = fields.Selection(
        [("out", "Given Away"), ("in", "Taken Over")],
        readonly=True,
        help="Another salesperson, team, template or customer: the MRR leaves one and comes to "
        "the other.",
    )
    revision = fields.Integer(readonly=True, help="0, and one more for each correction.")
    origin_id = fields.Many2one(
        "sale.order",
        "First Contract",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The first order of the chain of renewals that this movement belongs to.",
    )
    order_id = fields.Many2one(
        "sale.order", "Contract", readonly=True, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    rate = fields.Float(
        digits=0,
        readonly=True,
        aggregator=None,
        help="Company currency for one unit of the contract's, on that day.",
    )
    amount = fields.Float(
        "Change in Contract Currency",
        digits=(16, 6),
        readonly=True,
        aggregator=None,  # sums of several currencies say nothing
        help="What the contract is worth more (or less) per month, without taxes.",
    )
    company_amount = ExactMonetary(
        "MRR Change",
        currency_field="company_currency_id",
        readonly=True,
        help="The change in the company's currency, at the rate of its day.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Customer Company",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    country_id = fields.Many2one("res.country", readonly=True, ondelete="set null")
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        readonly=True,
        ondelete="set null",
        help="Who looked after the contract when this happened.",
    )
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    template_id = fields.Many2one(
        "subscription.template", "Subscription Template", readonly=True, ondelete="set null"
    )
    close_reason_id = fields.Many2one(
        "subscription.close.reason", readonly=True, ondelete="set null"
    )
    is_voluntary = fields.Boolean(
        "Chosen by the Customer",
        readonly=True,
        help="Of churn: whether the customer wanted it. Unpaid contracts are closed against the "
        "wish of the customer.",
    )
    part_ids = fields.One2many("subscription.mrr.part", "event_id", "By Product", readonly=True)

    _once = models.UniqueIndex(
        "(origin_id, effective_date, kind, COALESCE(handover, ''), revision)",
        "This movement was recorded by somebody else at the same moment. Nothing was lost, try "
        "again.",
    )
    _by_day = models.Index("(company_id, effective_date)")
    # The list shows the newest first, of whichever companies the reader has.
    _newest = models.Index("(effective_date, id)")
    # Few contracts ever pause: whether their customers wait is asked of these only.
    _paused = models.Index("(origin_id) WHERE kind = 'pause'")

    # ------------------------------------------------------------------
    # Rows are only ever added
    # ------------------------------------------------------------------

    def init(self):
        """Let PostgreSQL refuse what the code refuses."""
        protect(self.env.cr, self._table)

    def write(self, vals):
        """Refuse every change: what was reported once stays as it was."""
        if vals:
            raise UserError(self._get_refusal())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """Refuse to forget a movement."""
        raise UserError(self._get_refusal())

    @api.model
    def _get_refusal(self):
        return self.env._(
            "A recorded movement of MRR is never changed or deleted. Change the contract: the "
            "difference is recorded as a correction."
        )

    @api.depends("recorded_at", "company_id")
    def _compute_known_on(self):
        """Tell the day of the company on which each movement was recorded."""
        for event in self:
            event.known_on = event.company_id._subscription_date(event.recorded_at)

    @api.depends("kind", "order_id", "effective_date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            day = format_date(self.env, event.effective_date)
            event.display_name = f"{event.order_id.name or ''}: {labels.get(event.kind)}, {day}"

    # ------------------------------------------------------------------
    # Telling what happened
    # ------------------------------------------------------------------

    @api.model
    def _remember_contracts(self, orders):
        """Record what contracts moved before this transaction ends.

        A dry run that is rolled back leaves nothing to record.

        :param orders: `sale.order` records whose segments, breaks or salesperson changed
        """
        precommit = self.env.cr.precommit
        if not orders.ids:
            return
        waiting = precommit.data.setdefault(self._name, set())
        if not waiting:
            precommit.add(self.env(su=True, context={})[self._name]._record_remembered)
        waiting.update(orders.ids)

    @api.model
    def _record_remembered(self):
        """Record what is waiting for the end of the transaction."""
        ids = self.env.cr.precommit.data.pop(self._name, set())
        orders = self.env["sale.order"].browse(ids).exists()
        MrrLedger(self.env).record(orders.subscription_origin_id)

    @api.model
    def _cron_record_mrr(self):
        """Record what time brought: starts, ends, planned changes and, monthly, drifts of rates.

        Contracts are taken in batches and may be taken again: nothing is recorded twice. The first
        run of a company records all its history. It has the time of many runs: each goes on where
        the one before was interrupted, and what moved since the first began is left to the next.
        """
        Cron = self.env["ir.cron"]
        for company in self.env["res.company"]._get_served_companies():
            today = company._subscription_today()
            begun, reached = company._get_mrr_place(today)
            origins = get_company_origins(self.env, company, today, reached)
            Cron._commit_progress(remaining=len(origins))
            for start in range(0, len(origins), BATCH_SIZE):
                ids = origins[start : start + BATCH_SIZE]
                chains = self.env["sale.order"].browse(ids)
                record = MrrLedger(self.env).record
                do_in_parts(self.env, chains, record, self._leave_chain, BREAKS)
                company._keep_mrr_place(begun, ids[-1])
                if not Cron._commit_progress(len(ids)) and start + BATCH_SIZE < len(origins):
                    return
                self.env.invalidate_all()
            company._keep_mrr_date(begun)
            Cron._commit_progress()

    @api.model
    def _leave_chain(self, origin, error):
        """Ask a person about a contract whose movements could not be added; the others are.

        The nightly check names it until they are.
        """
        order = origin.subscription_chain_ids.sorted("id")[-1:] or origin
        _logger.info("MRR of contract %(order)s could not be recorded", {"order": order.id})
        text = self.env._(
            "The MRR of this contract could not be recorded: %(reason)s Automation rules of an "
            "administrator may be the reason. Once they are mended, repair the finding of the "
            "nightly check.",
            reason=join_sentences([str(error).strip()]),
        )
        request_mending(order, self.env._("MRR could not be recorded"), text)
