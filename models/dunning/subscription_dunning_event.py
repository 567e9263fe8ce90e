from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...engine import dunning
from ..charging.payment_transaction_decline import DECLINE_CLASSES
from .subscription_dunning_policy import STEP_ACTIONS

PAID, LOST = "paid", "lost"
# What no step does: money came in, or went away again.
MONEY = (PAID, LOST)
EVENT_ACTIONS = [
    *STEP_ACTIONS,
    (dunning.WARN, "Warn before closing"),
    (PAID, "Paid"),
    (LOST, "Payment taken back"),
]
OUTCOMES = [
    ("done", "Done"),
    ("skipped", "Left Out"),
    ("failed", "Failed"),
]


class SubscriptionDunningEvent(models.Model):
    """What was done about an unpaid invoice, and what came of it; rows are only ever added.

    A step leaves one row per invoice and instalment, written in the transaction that does it: the
    database refuses the second one. A row about money names the row before it, and the step that
    gets the credit for it, or loses it again. No more is counted than the invoice is about.
    """

    _name = "subscription.dunning.event"
    _description = "Dunning Event"
    _inherit = ["subscription.protected.mixin"]
    _order = "date desc, id desc"

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        readonly=True,
        index=True,
        ondelete="set null",
        help="Empty when this was about a draft that is gone.",
    )
    order_ids = fields.Many2many("sale.order", string="Contracts", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index="btree_not_null")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    policy_id = fields.Many2one("subscription.dunning.policy", readonly=True, ondelete="set null")
    step_id = fields.Many2one(
        "subscription.dunning.policy.step", readonly=True, ondelete="set null", index=True
    )
    part = fields.Integer(
        "Instalments Paid Before",
        readonly=True,
        default=0,
        aggregator=None,
        help="Which instalment of the invoice this is about: how many before it are paid.",
    )
    action = fields.Selection(EVENT_ACTIONS, required=True, readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True, default="done")
    date = fields.Date("Day", required=True, readonly=True)
    days_late = fields.Integer(readonly=True, aggregator="avg")
    note = fields.Char("In Words", readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, index="btree_not_null", ondelete="set null"
    )
    transaction_state = fields.Selection(related="transaction_id.state", string="Answer")
    cause_id = fields.Many2one(
        "subscription.dunning.event",
        "Paid After",
        readonly=True,
        ondelete="cascade",
        help="What was done last before the payment.",
    )
    decline_class = fields.Selection(
        DECLINE_CLASSES, "Last Decline", readonly=True, help="Class of the last decline before."
    )
    attempt_count = fields.Integer("Attempts", readonly=True)
    open_amount = fields.Monetary(
        "Amount Open", readonly=True, help="What was open when this happened.", aggregator=None
    )
    received_amount = fields.Monetary(
        "Amount Received",
        readonly=True,
        help="What was paid when this happened.",
        aggregator=None,
    )
    recovered_amount = fields.Monetary("Recovered", readonly=True)
    counted_action = fields.Selection(
        EVENT_ACTIONS,
        "Counted Step",
        compute="_compute_counted",
        store=True,
        precompute=True,
        help="What was done, and for money what was done last before it came.",
        recursive=True,
    )
    at_risk_amount = fields.Monetary(
        "At Risk",
        compute="_compute_counted",
        store=True,
        precompute=True,
        help="What was open when a step was done. An invoice counts once for each step.",
    )
    recovery_rate = fields.Float(
        "Recovery Rate (%)",
        compute="_compute_counted",
        store=True,
        precompute=True,
        aggregator="avg",
        digits=(16, 1),
        help="What was recovered, of what was open when the steps were done.",
    )

    _once_per_step = models.UniqueIndex(
        "(move_id, part, step_id, action) "
        "WHERE step_id IS NOT NULL AND action NOT IN ('paid', 'lost')",
        "This step was done by somebody else at the same moment. Nothing was done twice.",
    )
    _paid_once = models.UniqueIndex(
        "(cause_id) WHERE cause_id IS NOT NULL",
        "This payment was counted by somebody else at the same moment.",
    )

    @api.depends("action", "move_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["action"]._description_selection(self.env))
        for event in self:
            move = event.move_id
            name = move._get_payment_name() if move else event.partner_id.display_name
            event.display_name = f"{name}: {labels.get(event.action, '')}"

    @api.depends("action", "outcome", "open_amount", "recovered_amount", "cause_id")
    def _compute_counted(self):
        """Say for which step a row counts, and with how much; a row alone has no rate."""
        for event in self:
            is_money = event.action in MONEY
            is_step = event.outcome == "done" and not is_money
            event.counted_action = event.cause_id.counted_action if is_money else event.action
            event.at_risk_amount = event.open_amount if is_step else 0.0
            event.recovery_rate = 0.0

    def _read_group_select(self, aggregate_spec, query):
        """Compute the rate of a group from its sums, not as an average of rows."""
        if aggregate_spec != "recovery_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COALESCE(100 * SUM(%(recovered)s) / NULLIF(SUM(%(at_risk)s), 0), 0)",
            recovered=self._field_to_sql(self._table, "recovered_amount", query),
            at_risk=self._field_to_sql(self._table, "at_risk_amount", query),
        )

    @api.constrains("recovered_amount")
    def _check_recovered(self):
        """Count no more money than there was to get."""
        for move in self.move_id:
            # sudo: rows of every company that the run writes
            rows = move.sudo().subscription_dunning_event_ids
            recovered = sum(rows.mapped("recovered_amount"))
            compare = move.company_currency_id.compare_amounts
            if compare(recovered, move.amount_total_signed) > 0 or compare(recovered, 0) < 0:
                raise ValidationError(
                    self.env._(
                        "More money would be counted as recovered than %(invoice)s is about.",
                        invoice=move._get_payment_name(),
                    )
                )

    def write(self, vals):
        """Refuse to change what happened."""
        if vals:
            raise UserError(self.env._("What was done about unpaid invoices cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise UserError(self.env._("What was done about unpaid invoices cannot be deleted."))

    def _get_key(self):
        """Return key of the step in the plan of the engine, None for what is no step."""
        is_step = self.step_id and self.action not in MONEY
        return f"{self.step_id.id}:{self.action}" if is_step else None

    def _follow_document(self, move):
        """Point these rows to the draft that takes the place of the one they were about.

        :param move: `account.move`
        """
        if self.move_id:
            raise UserError(self.env._("What was done about unpaid invoices cannot be changed."))
        return super().write({"move_id": move.id})
