from odoo import api, fields, models


class SubscriptionTemplate(models.Model):
    """What customers may do alone on the page of their contract."""

    _inherit = "subscription.template"

    customers_may_close = fields.Boolean(
        default=True,
        tracking=True,
        help="Whether customers may end their contract online, after notice and minimum "
        "commitment. They pick a reason, see what is given back and what stays to be paid, and "
        "can take it back until the last day. You can close a contract in any case.",
    )

    @api.model
    def _get_summary_fields(self):
        return [*super()._get_summary_fields(), "customers_may_close"]

    def _get_summary_sentences(self):
        sentences = super()._get_summary_sentences()
        if not self.customers_may_close:
            sentences.append(self.env._("Customers write to you to close their contract."))
        return sentences
