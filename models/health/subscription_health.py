from odoo import api, fields, models

from ... import const
from .facts import NEVER
from .verdicts import VERDICTS

WATCHED = (
    "subscription_state",
    "subscription_stage_id",
    "subscription_template_id",
    "subscription_start_date",
    "subscription_end_date",
    "subscription_commitment_end_date",
    "subscription_term_end_date",
    "subscription_payment_token_id.subscription_expiry_date",
    "subscription_amendment_ids.state",
    "subscription_mrr",
    "partner_id",
    "user_id",
    "rating_ids.rating",
    "rating_ids.consumed",
    "subscription_template_id.health_rule_ids.active",
    "subscription_template_id.health_rule_ids.contract_domain",
    "subscription_template_id.health_rule_ids.reason",
    "subscription_template_id.health_rule_ids.sequence",
    "subscription_template_id.health_rule_ids.verdict",
)


class SubscriptionHealth(models.Model):
    """What is known of one contract, and the verdict of the health rules about it.

    Facts are counted as of the day of the contract's company: all of them once a day, those of
    one contract within minutes after something it depends on was written. Fields of the contract
    show the same values, where people look for them.
    """

    _name = "subscription.health"
    _description = "Health of a Contract"
    _inherit = ["subscription.protected.mixin"]
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "sale.order", "Contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, readonly=True
    )
    currency_id = fields.Many2one(related="order_id.currency_id")
    is_stale = fields.Boolean(
        "To Be Counted Again", compute="_compute_is_stale", store=True, readonly=True
    )
    facts_date = fields.Date("Counted On", readonly=True)
    verdict = fields.Selection(VERDICTS, "Health", readonly=True, index=True)
    color = fields.Integer("Colour of the Health", readonly=True, aggregator=None)
    reason = fields.Char(
        "Reason of the Health", readonly=True, help="What the rule says that decided."
    )
    since_date = fields.Date(
        "Health Since", readonly=True, help="Day on which the contract got this verdict."
    )
    rule_id = fields.Many2one(
        "subscription.health.rule", "Health Rule", readonly=True, ondelete="set null"
    )
    event_ids = fields.One2many("subscription.health.event", "health_id", "History", readonly=True)

    age_days = fields.Integer(
        readonly=True, aggregator="avg", help="Days since the first day of service."
    )
    end_days = fields.Integer(
        "Days to End",
        readonly=True,
        default=NEVER,
        aggregator=None,
        help="Days until the service stops. 9999: until further notice.",
    )
    renewal_days = fields.Integer(
        "Days to Renewal",
        readonly=True,
        default=NEVER,
        aggregator=None,
        help="Days until the current term ends and another one follows. 9999: there is no term.",
    )
    commitment_days = fields.Integer(
        "Days to End of Commitment",
        readonly=True,
        default=NEVER,
        aggregator=None,
        help="Days until the customer is free to leave. 9999: no minimum was agreed.",
    )
    trial_days = fields.Integer(
        "Days to End of Trial",
        readonly=True,
        default=NEVER,
        aggregator=None,
        help="Days until the first paid day. 9999: no trial is running.",
    )
    method_days = fields.Integer(
        "Days the Method Is Valid",
        readonly=True,
        default=NEVER,
        aggregator=None,
        help="Days until the saved payment method expires. 9999: never, or nothing is saved.",
    )
    overdue_days = fields.Integer(
        "Days Overdue",
        readonly=True,
        aggregator="max",
        help="Days since the oldest unpaid invoice of this contract was due. 0: nothing is late.",
    )
    overdue_amount = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="What is late of the invoices of this contract, taxes included. An invoice of "
        "several contracts counts for each of them.",
    )
    failed_charges = fields.Integer(
        readonly=True,
        help="Charges of the saved method that failed, for invoices that are still open.",
    )
    mrr_change = fields.Monetary(
        "Change of MRR",
        readonly=True,
        aggregator=None,
        help="What the contract is worth more (or less) per month than some days ago; the "
        "settings say how many. New contracts did not change.",
    )
    mrr_change_percent = fields.Float(
        "Change of MRR (%)",
        readonly=True,
        aggregator=None,
        digits=(16, 2),
        help="The change of MRR, of what it was before. -100: nothing is left.",
    )
    open_amendments = fields.Integer(
        readonly=True, help="Amendments that wait for the customer or for a colleague."
    )
    rating_average = fields.Float(
        "Average Satisfaction",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="Average of what the customer answered, from 1 to 5. 0: no answer.",
    )
    rating_last = fields.Float(
        "Last Satisfaction",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="Last answer of the customer: 1 unhappy, 3 so-so, 5 happy. 0: no answer.",
    )
    rating_count = fields.Integer("Answers", readonly=True, help="How often the customer answered.")
    contact_days = fields.Integer(
        "Days since Contact",
        readonly=True,
        aggregator="avg",
        help="Days since the last message on the contract, ours or theirs. Without any: its age.",
    )
    answer_days = fields.Integer(
        "Days since Answer",
        readonly=True,
        aggregator="avg",
        help="Days since the customer wrote a message on the contract. Without any: its age.",
    )
    portal_seen_date = fields.Date(
        "Seen Online",
        readonly=True,
        help="Last day on which the customer opened the contract online.",
    )
    portal_days = fields.Integer(
        "Days since Seen Online",
        readonly=True,
        default=NEVER,
        aggregator=None,
        help="Days since the customer opened the contract online. 9999: never.",
    )
    usage_percent = fields.Float(
        "Usage (%)",
        readonly=True,
        default=100.0,
        aggregator="avg",
        digits=(16, 2),
        help="What was delivered in the last billed period, of what was ordered. 100 where "
        "nothing is billed by what was delivered.",
    )
    usage_change_percent = fields.Float(
        "Change of Usage (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="What was delivered in the last billed period, compared with the one before.",
    )

    seen_state = fields.Selection(const.SUBSCRIPTION_STATES, "Status When Counted", readonly=True)
    seen_stage_id = fields.Many2one(
        "subscription.stage", "Stage When Counted", readonly=True, ondelete="set null"
    )

    _order_unique = models.Constraint(
        "UNIQUE (order_id)", "A contract has one row of facts and no more."
    )
    _stale = models.Index("(company_id) WHERE is_stale")

    @api.depends(*(f"order_id.{name}" for name in WATCHED))
    def _compute_is_stale(self):
        """Count the facts of these contracts again: something they depend on was written."""
        self.is_stale = True
        self._wake()

    def _wake(self):
        """Let the job come within a minute, asked for once per transaction."""
        asked = self.env.cr.precommit.data
        if self.ids and not asked.get(self._name):
            asked[self._name] = True
            self.env.cr.precommit.add(lambda: asked.pop(self._name, None))
            self.env.ref("sale_recurring.ir_cron_watch_customers").sudo()._trigger()

    @api.model
    def _remember(self, orders):
        """Count the facts of contracts again within a minute. Called when a fact is written.

        :param orders: `sale.order` records
        """
        # sudo: whoever pays, answers or writes a fact has no right to write what follows from it
        rows = self.sudo().search([("order_id", "in", orders.ids), ("is_stale", "=", False)])
        rows.is_stale = True
        rows._wake()

    @api.model
    def _note_visit(self, order):
        """Remember that the customer opened a contract online today.

        :param order: one `sale.order`, its rights were checked
        """
        # sudo: customers write nothing of this themselves
        row = order.sudo().subscription_health_id
        today = order._subscription_today()
        if row and row.portal_seen_date != today:
            row._as_system().write({"portal_seen_date": today, "portal_days": 0, "is_stale": True})
