from odoo import api, fields, models


class SubscriptionTemplate(models.Model):
    """What happens when an invoice stays unpaid."""

    _inherit = "subscription.template"

    dunning_policy_id = fields.Many2one(
        "subscription.dunning.policy",
        check_company=True,
        index="btree_not_null",
        tracking=True,
        ondelete="set null",  # the policy itself refuses while it is in use
        help="Steps that are taken when an invoice is not paid in time. Empty: none.",
    )

    @api.model
    def _get_summary_fields(self):
        return [*super()._get_summary_fields(), "dunning_policy_id"]

    def _get_summary_sentences(self):
        return [*super()._get_summary_sentences(), self._get_dunning_sentence()]

    def _get_dunning_sentence(self):
        """:return: what happens to unpaid invoices in words, or an empty text"""
        policy = self.dunning_policy_id
        if not policy or not policy.active or not policy.summary:
            return ""
        return self.env._("When an invoice is late: %(steps)s.", steps=policy.summary)
