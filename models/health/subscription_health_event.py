from odoo import api, fields, models

from .verdicts import VERDICTS

SCORES = {"good": 100.0, "neutral": 50.0, "bad": 0.0}


class SubscriptionHealthEvent(models.Model):
    """What happened to a contract that somebody may want to know: health, state or stage turned."""

    _name = "subscription.health.event"
    _description = "History of the Health"
    _inherit = ["subscription.protected.mixin"]
    _order = "moment desc, id desc"
    _rec_name = "order_id"

    health_id = fields.Many2one(
        "subscription.health", required=True, readonly=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        "sale.order", "Contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, readonly=True)
    kind = fields.Selection(
        [("health", "Health"), ("state", "Status"), ("stage", "Stage")],
        "What Turned",
        required=True,
        readonly=True,
    )
    moment = fields.Datetime("When", required=True, readonly=True, index=True)
    old_value = fields.Char("Before", readonly=True)
    new_value = fields.Char("After", readonly=True)
    old_label = fields.Char("Was", compute="_compute_labels")
    new_label = fields.Char("Became", compute="_compute_labels")
    verdict = fields.Selection(VERDICTS, compute="_compute_score", store=True, readonly=True)
    score = fields.Float(
        compute="_compute_score",
        store=True,
        readonly=True,
        aggregator="avg",
        help="100 good, 50 neutral, 0 bad.",
    )
    rule_id = fields.Many2one("subscription.health.rule", readonly=True, ondelete="set null")
    reason = fields.Char(readonly=True)
    stage_id = fields.Many2one(
        "subscription.stage", "New Stage", readonly=True, ondelete="set null"
    )
    template_id = fields.Many2one(
        "subscription.template", "Subscription Template", readonly=True, ondelete="set null"
    )
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True, ondelete="set null")
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True, ondelete="set null")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null")
    mrr = fields.Float(
        "MRR Then", readonly=True, digits=(16, 6), aggregator=None, help="In contract currency."
    )

    @api.depends("kind", "new_value")
    def _compute_score(self):
        for event in self:
            verdict = event.new_value if event.kind == "health" else False
            event.verdict = verdict if verdict in SCORES else False
            event.score = SCORES.get(event.verdict, 0.0)

    @api.depends("kind", "old_value", "new_value")
    @api.depends_context("lang")
    def _compute_labels(self):
        """Say in the words of the reader what is kept as it is stored; stages are kept by name."""
        states = self.env["sale.order"]._fields["subscription_state"]
        labels = {
            "health": dict(self._fields["verdict"]._description_selection(self.env)),
            "state": dict(states._description_selection(self.env)),
            "stage": {},
        }
        for event in self:
            words = labels.get(event.kind, {})
            event.old_label = words.get(event.old_value, event.old_value)
            event.new_label = words.get(event.new_value, event.new_value)
