from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ..contract.activities import schedule_once
from .contract_filter import ContractFilter
from .verdicts import VERDICTS


class SubscriptionHealthRule(models.Model):
    """Which contracts of a template do well, and which do not: the first rule that matches counts.

    A rule is a filter and a verdict. It holds data only: nothing that is typed here is ever run.
    """

    _name = "subscription.health.rule"
    _description = "Health Rule"
    _inherit = ["subscription.protected.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The first rule that matches a contract decides.")
    active = fields.Boolean(default=True)
    template_id = fields.Many2one(
        "subscription.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    contract_domain = fields.Char(
        "Contracts", required=True, default="[]", help="Which contracts the rule speaks of."
    )
    running_domain = fields.Char(
        "Running Contracts",
        compute="_compute_running_domain",
        help="What the filter counts: contracts of the template that run.",
    )
    verdict = fields.Selection(VERDICTS, required=True, default="bad")
    reason = fields.Char(
        translate=True, help="What people read on the contract. Empty: the name of the rule."
    )
    broken_reason = fields.Char(
        "Switched Off Because",
        compute="_compute_broken_reason",
        store=True,
        readonly=True,
        copy=False,
        help="The rule could not be followed any more.",
    )

    @api.depends("template_id")
    def _compute_running_domain(self):
        for rule in self:
            domain = [("subscription_state", "in", const.RUNNING_STATES)]
            if rule.template_id._origin:
                domain.append(("subscription_template_id", "=", rule.template_id._origin.id))
            rule.running_domain = str(domain)

    @api.depends("contract_domain", "active")
    def _compute_broken_reason(self):
        """Forget why a rule was switched off once somebody mended it."""
        self.broken_reason = False

    @api.constrains("contract_domain", "active")
    def _check_contract_domain(self):
        for rule in self.filtered("active"):
            running = Domain("subscription_state", "in", const.RUNNING_STATES)
            ContractFilter(self.env, rule.contract_domain).check(running)

    def _get_filter(self, company):
        """Return the filter of one rule, for contracts of a company."""
        self.ensure_one()
        env = self.env(context=dict(self.env.context, tz=company.subscription_tz))
        return ContractFilter(env, self.contract_domain)

    def _break(self, error):
        """Switch one rule off that could not be followed, and ask its author to mend it.

        :param error: what the database or the ORM said
        """
        self.ensure_one()
        text = self.env._(
            "The health rule “%(rule)s” was switched off: it could not be followed. Open it, "
            "choose its filter again and switch it on.",
            rule=self.name,
        )
        words = str(error).strip().splitlines()
        self.active = False
        self.flush_recordset()
        self.broken_reason = words[0] if words else type(error).__name__
        user = self.write_uid.filtered("active") or self.env.ref("base.user_admin")
        schedule_once(
            self.template_id, "mail.mail_activity_data_todo", self.name, text, user, refresh=False
        )
