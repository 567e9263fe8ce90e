from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine import dunning

STEP_ACTIONS = [
    (dunning.CHARGE, "Charge again"),
    (dunning.REMIND, "Remind by mail"),
    (dunning.ACTIVITY, "Ask a colleague to call"),
    (dunning.SUSPEND, "Suspend the contract"),
    (dunning.CLOSE, "Close the contract"),
]


class SubscriptionDunningPolicy(models.Model):
    """What happens when an invoice of a contract is not paid, and how many days late."""

    _name = "subscription.dunning.policy"
    _description = "Dunning Policy"
    _order = "sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(
        default=True, help="Contracts on an archived policy are not dunned any more."
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to use this policy in all companies."
    )
    grace_days = fields.Integer(
        "Grace",
        help="Days after the due date on which nothing is done. Steps that would come earlier "
        "wait for its end.",
    )
    max_attempts = fields.Integer(
        "Charges at Most",
        default=4,
        required=True,
        help="How often one invoice is charged to the saved payment method by itself, the first "
        "charge on its due date included. Banks punish those who try too often.",
    )
    warn_days = fields.Integer(
        "Warn Before Closing",
        default=7,
        required=True,
        help="How many days before a contract is closed its customer is told by mail. It is never "
        "closed sooner after that mail.",
    )
    step_ids = fields.One2many("subscription.dunning.policy.step", "policy_id", "Steps", copy=True)
    template_ids = fields.One2many("subscription.template", "dunning_policy_id", "Used By")
    summary = fields.Text(
        "In Words",
        compute="_compute_summary",
        help="The steps in the order in which they are taken.",
    )

    _days_not_negative = models.Constraint(
        "CHECK (grace_days >= 0 AND warn_days >= 0)",
        "Days of a dunning policy cannot be negative. Use 0 for none.",
    )
    _attempts_not_negative = models.Constraint(
        "CHECK (max_attempts BETWEEN 0 AND 15)",
        "An invoice can be charged up to 15 times. Banks refuse those who try more often.",
    )

    @api.depends("step_ids.days", "step_ids.action", "grace_days")
    @api.depends_context("lang")
    def _compute_summary(self):
        labels = dict(self.step_ids._fields["action"]._description_selection(self.env))
        for policy in self:
            steps = policy.step_ids.filtered("action").sorted(
                lambda step: (step.days, step._get_rank())
            )
            days = {}
            for step in steps:
                day = max(step.days, policy.grace_days)
                days.setdefault(day, []).append(labels[step.action])
            policy.summary = " · ".join(
                self.env._("Day %(day)s: %(action)s", day=day, action=", ".join(actions))
                for day, actions in days.items()
            )

    @api.constrains("step_ids")
    def _check_one_close(self):
        for policy in self:
            if len(policy.step_ids.filtered(lambda step: step.action == dunning.CLOSE)) > 1:
                raise ValidationError(
                    self.env._(
                        "%(policy)s would close a contract twice. Keep one of these steps.",
                        policy=policy.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: templates of companies that the user is not in count too
        for policy in self.sudo().with_context(active_test=False):
            if policy.template_ids:
                raise UserError(
                    self.env._(
                        "%(policy)s cannot be deleted, because %(template)s uses it. Archive it "
                        "instead.",
                        policy=policy.name,
                        template=policy.template_ids[0].name,
                    )
                )

    def copy_data(self, default=None):
        """Mark the name of a duplicate, so that both can be told apart in a list."""
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for policy, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=policy.name)
        return vals_list

    def _get_plan(self):
        """Return the steps as values of the engine, the warning before a closing included.

        :rtype: tuple[engine.dunning.Step, ...]
        """
        self.ensure_one()
        steps = [dunning.Step(step._get_key(), step.days, step.action) for step in self.step_ids]
        steps += [
            dunning.Step(
                step._get_key(dunning.WARN), max(0, step.days - self.warn_days), dunning.WARN
            )
            for step in self.step_ids
            if step.action == dunning.CLOSE or self._is_sudden(step)
        ]
        return tuple(steps)

    def _is_sudden(self, step):
        """Return whether a suspension comes without any reminder that could announce it."""
        reminders = self.step_ids.filtered(lambda one: one.action == dunning.REMIND)
        is_announced = any(one.days < step.days for one in reminders)
        return step.action == dunning.SUSPEND and not is_announced

    def _get_notice_time(self):
        """Return time between a warning that was missed and what it warns of.

        :rtype: timedelta
        """
        self.ensure_one()
        return timedelta(days=max(1, self.warn_days))

    def _get_step(self, key):
        """Return the `subscription.dunning.policy.step` behind a key of the plan."""
        return self.step_ids.browse(int(key.split(":")[0]))


class SubscriptionDunningPolicyStep(models.Model):
    """One step against an unpaid invoice, so many days after it was due."""

    _name = "subscription.dunning.policy.step"
    _description = "Dunning Step"
    _inherit = ["subscription.protected.mixin"]
    _order = "policy_id, days, id"
    _rec_name = "action"

    policy_id = fields.Many2one(
        "subscription.dunning.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    days = fields.Integer(
        "Days Late", required=True, default=3, help="Days after the due date of the invoice."
    )
    action = fields.Selection(
        STEP_ACTIONS,
        required=True,
        default=dunning.REMIND,
        help="Charge again: the saved payment method, unless the bank forbade it or wants another "
        "method. Remind by mail: one mail per customer lists all open invoices.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "Mail",
        domain="[('model', '=', 'account.move')]",
        help="Leave empty to send the standard reminder.",
    )

    _once_a_day = models.Constraint(
        "UNIQUE (policy_id, days, action)",
        "A dunning policy does the same thing twice on one day. Remove one of these steps.",
    )
    _days_not_negative = models.Constraint(
        "CHECK (days >= 0)", "A dunning step cannot come before the due date."
    )

    @api.depends("days", "action")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["action"]._description_selection(self.env))
        for step in self:
            step.display_name = self.env._(
                "Day %(day)s: %(action)s", day=step.days, action=labels.get(step.action, "")
            )

    def _get_key(self, action=None):
        """Return what tells this step, or another action of it, from all others."""
        return f"{self.id}:{action or self.action}"

    def _get_rank(self):
        return dunning.ACTIONS.index(self.action) if self.action else 0
