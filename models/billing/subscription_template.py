from odoo import api, fields, models


class SubscriptionTemplate(models.Model):
    """What happens to money when a contract is reduced."""

    _inherit = "subscription.template"

    credit_on_downgrade = fields.Selection(
        [
            ("now", "Credit at once"),
            ("offset", "Take off the next invoice"),
        ],
        "When Reduced",
        default="now",
        required=True,
        tracking=True,
        help="What happens to days that are billed already when a running contract gets smaller. "
        "At once: a credit note, unless something is billed at the same time. Take off: the credit "
        "waits for the next invoice, and what that is too small for becomes a credit note. A "
        "reduction with the next period credits nothing.",
    )

    @api.model
    def _get_summary_fields(self):
        return [*super()._get_summary_fields(), "credit_on_downgrade"]

    def _get_summary_sentences(self):
        return [*super()._get_summary_sentences(), self._get_downgrade_sentence()]

    def _get_downgrade_sentence(self):
        if self.convention == "none":
            return ""
        if self.credit_on_downgrade == "offset":
            return self.env._("What a reduction gives back comes off the next invoice.")
        return self.env._("What a reduction gives back is credited at once.")
