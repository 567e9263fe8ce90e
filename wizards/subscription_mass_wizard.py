from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const
from ..models.amendment.switch import Switch
from ..models.lifecycle.selection import Selection
from ..models.preview.preview import Preview
from .subscription_billing_preview import get_pages

# More would not be read, and each contract costs a run of the engine.
MAX_PREVIEWS = 80
# What credits or bills something, and is shown before anybody confirms it.
MONEY_OPERATIONS = ("close", "pause", "suspend", "resume", "switch")
PAUSE_KINDS = {"pause": "pause", "suspend": "suspension"}


class SubscriptionMassWizard(models.TransientModel):
    """Do one thing with many contracts, in batches: who is refused is named, others are done."""

    _name = "subscription.mass.wizard"
    _description = "Change Many Contracts"

    order_ids = fields.Many2many("sale.order", string="Contracts", required=True)
    contract_count = fields.Integer(compute="_compute_contract_count")
    operation = fields.Selection(
        [
            ("close", "Close"),
            ("pause", "Pause"),
            ("suspend", "Suspend"),
            ("resume", "Resume"),
            ("switch", "Switch to another subscription template"),
            ("stage", "Move to a stage"),
            ("user", "Give to a salesperson"),
        ],
        required=True,
        default="close",
    )
    when = fields.Selection(
        [
            ("period_end", "When the current period is over"),
            ("earliest", "On the earliest agreed day"),
            ("now", "Now"),
            ("date", "On a day I choose"),
        ],
        "Service Ends",
        default="period_end",
        help="Each contract has its own period and its own agreement.",
    )
    last_date = fields.Date("Last Day of Service")
    reason_id = fields.Many2one(
        "subscription.close.reason",
        domain="['|', ('company_id', '=', False), "
        "('company_id', 'parent_of', allowed_company_ids)]",
        help="Reports count churn by this reason.",
    )
    note = fields.Text(help="For your colleagues. Posted on each contract.")
    start_date = fields.Date(
        "No Service From",
        default=lambda self: self.env.company._subscription_today(),
        help="First day without service. Unused days are credited as the subscription template "
        "of each contract says.",
    )
    resume_date = fields.Date(
        "Service Goes On",
        help="First day of service after it. Empty: when somebody resumes the contract.",
    )
    resume_on_date = fields.Date(
        "Resume On",
        default=lambda self: self.env.company._subscription_today(),
        help="First day of service. A day to come is kept: service then goes on by itself.",
    )
    pause_reason = fields.Char("Why", help="Shown on each contract.")
    template_id = fields.Many2one(
        "subscription.template",
        "New Subscription Template",
        domain="['|', ('company_id', '=', False), "
        "('company_id', 'parent_of', allowed_company_ids)]",
        help="Empty: each contract keeps its subscription template.",
    )
    recurrence_id = fields.Many2one(
        "subscription.recurrence",
        "New Recurrence",
        help="How often every recurring line is billed. Quantities, agreed prices and "
        "discounts stay, a list price becomes that of the new recurrence. Empty: each "
        "line keeps its own, as far as the new subscription template offers it.",
    )
    switch_mode = fields.Selection(
        [
            ("now", "Now"),
            ("period", "With the next period"),
            ("date", "On a day I choose"),
        ],
        "Takes Effect",
        default="now",
        help="Each contract has its own period.",
    )
    switch_date = fields.Date("Holds From", help="First day with the new subscription template.")
    stage_id = fields.Many2one("subscription.stage")
    user_id = fields.Many2one("res.users", "Salesperson", domain="[('share', '=', False)]")
    shown_from = fields.Integer(help="How many contracts come before those shown.")
    preview = fields.Json(compute="_compute_preview")

    @api.depends("order_ids")
    def _compute_contract_count(self):
        for wizard in self:
            wizard.contract_count = len(wizard.order_ids)

    # ------------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------------

    @api.depends(
        "order_ids",
        "shown_from",
        "operation",
        "when",
        "last_date",
        "start_date",
        "resume_date",
        "resume_on_date",
        "template_id",
        "recurrence_id",
        "switch_mode",
        "switch_date",
    )
    def _compute_preview(self):
        for wizard in self:
            is_money = wizard.operation in MONEY_OPERATIONS and wizard._is_complete()
            wizard.preview = wizard._get_preview() if is_money else False

    def _is_complete(self):
        if self.operation == "close":
            return self.when and (self.when != "date" or self.last_date)
        if self.operation == "switch":
            is_dated = self.switch_mode and (self.switch_mode != "date" or self.switch_date)
            return is_dated and (self.template_id or self.recurrence_id)
        if self.operation == "resume":
            return self.resume_on_date
        return self.start_date and (not self.resume_date or self.resume_date > self.start_date)

    def _get_preview(self):
        """Return what the operation credits and bills, contract by contract; writes nothing.

        :return: as :meth:`subscription.billing.preview._get_preview`
        :rtype: dict
        """
        running = self.order_ids._origin.filtered(
            lambda order: order.subscription_state in const.RUNNING_STATES
        )
        first = self.shown_from if 0 <= self.shown_from < len(running) else 0
        shown = running[first : first + MAX_PREVIEWS]
        previews = [self._get_order_preview(order) for order in shown]
        busy = [found for found in previews if found["documents"] or found["error"]]
        Preview = self.env["subscription.billing.preview"]
        return {
            "contracts": busy,
            "idle": len(previews) - len(busy),
            "hidden": len(running) - len(shown),
            "pages": get_pages(first, len(shown), len(running), MAX_PREVIEWS),
            "totals": Preview._get_totals(busy),
            "empty_text": self.env._("Nothing is given back and nothing more is billed."),
            "idle_text": self.env._("Contracts on which nothing is given back or billed:"),
        }

    def _get_order_preview(self, order):
        """Return the preview that the wizard for one contract shows."""
        if self.operation == "switch":
            return Switch(order).get_preview(**self._prepare_switch_values())
        name, values = {
            "close": ("close", self._prepare_close_values),
            "resume": ("resume", self._prepare_resume_values),
        }.get(self.operation, ("pause", self._prepare_pause_values))
        wizard = self.env[f"subscription.{name}.wizard"].new(values(order))
        return wizard.preview or Preview(order).prepare([])

    def _prepare_pause_values(self, order):
        """Return values of the wizard that pauses or suspends one contract."""
        return {
            "order_id": order.id,
            "kind": PAUSE_KINDS[self.operation],
            "start_date": max(self.start_date, order._get_subscription_start()),
            "resume_date": self.resume_date,
        }

    def _prepare_resume_values(self, order):
        """Return values of the wizard that resumes one contract."""
        return {"order_id": order.id, "date": self.resume_on_date}

    def _prepare_close_values(self, order):
        """Return values of the wizard that closes one contract, which knows its last day."""
        values = {
            "order_id": order.id,
            "when": self.when,
            "reason_id": self.reason_id.id,
            "note": self.note,
        }
        return {**values, "last_date": self.last_date} if self.when == "date" else values

    def _prepare_switch_values(self):
        """Return arguments of a switch of one contract."""
        return {
            "template": self.template_id,
            "recurrence": self.recurrence_id,
            "mode": self.switch_mode,
            "day": self.switch_date,
        }

    # ------------------------------------------------------------------
    # Operations
    # ------------------------------------------------------------------

    def action_start(self):
        """Begin, with a progress bar and a result.

        :raise UserError: something is missing
        """
        self.ensure_one()
        self._check_complete()
        return {
            "type": "ir.actions.client",
            "tag": "sale_recurring.batches",
            "params": {
                "order_ids": self.order_ids.ids,
                "model": self._name,
                "method": "action_batch",
                "record_ids": self.ids,
                "texts": {
                    "running": self.env._("Changing contracts…"),
                    "finished": self.env._("Finished"),
                    "done": self.env._("contracts changed"),
                    "failed": self.env._("not done"),
                    "result": self.env._("Show Changed Contracts"),
                },
            },
        }

    def _check_complete(self):
        missing = {
            "close": not self.reason_id or (self.when == "date" and not self.last_date),
            "pause": not self.start_date,
            "suspend": not self.start_date,
            "resume": not self.resume_on_date,
            "switch": self.operation == "switch" and not self._is_complete(),
            "stage": not self.stage_id,
            "user": not self.user_id,
        }
        if missing.get(self.operation):
            raise UserError(self.env._("Fill in what shall happen with the contracts first."))
        if self.operation in PAUSE_KINDS and not self._is_complete():
            raise UserError(
                self.env._(
                    "Service would go on before it stops. Choose a later day for it to go on."
                )
            )

    def action_batch(self, order_ids):
        """Change some of the contracts; each in its own savepoint.

        :param list order_ids: contracts of this wizard, others are left alone
        :return: as :meth:`Selection.do_each`
        :rtype: dict
        """
        self.ensure_one()
        self._check_complete()
        orders = self.order_ids.filtered(lambda order: order.id in order_ids)
        return Selection(orders).do_each(self._change)

    def _change(self, order):
        """Do with one contract what was chosen.

        :raise UserError: the contract does not allow it
        """
        order._check_subscription_operator()
        getattr(self, f"_change_{self.operation}")(order)

    def _change_close(self, order):
        values = self._prepare_close_values(order)
        self.env["subscription.close.wizard"].create(values).action_close()

    def _change_pause(self, order):
        order._subscription_pause(
            self.start_date,
            self.resume_date or None,
            self.pause_reason,
            kind=PAUSE_KINDS[self.operation],
        )

    def _change_suspend(self, order):
        self._change_pause(order)

    def _change_resume(self, order):
        order._subscription_resume(self.resume_on_date)

    def _change_switch(self, order):
        order._subscription_switch(**self._prepare_switch_values())

    def _change_stage(self, order):
        order.subscription_stage_id = self.stage_id

    def _change_user(self, order):
        # One mail per contract would bury the others; the chatter says it anyway.
        order.with_context(mail_auto_subscribe_no_notify=True).user_id = self.user_id
