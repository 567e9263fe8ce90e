from odoo import api, fields, models

RENEWAL_PRICES = [
    ("same", "At the same prices"),
    ("list", "At the list prices of that day"),
]


class SubscriptionTemplate(models.Model):
    """What happens at the end of a term: at which prices, and when a quotation is prepared."""

    _inherit = "subscription.template"

    renewal_price = fields.Selection(
        RENEWAL_PRICES,
        "Renewed",
        default="same",
        required=True,
        tracking=True,
        help="Prices of the next term. Discounts stay in any case.",
    )
    renewal_quote_days = fields.Integer(
        "Renewal Quotation",
        default=30,
        tracking=True,
        help="How many days before the end of the term the renewal quotation is prepared.",
    )

    _renewal_quote_days_not_negative = models.Constraint(
        "CHECK (renewal_quote_days >= 0)",
        "A renewal quotation cannot be prepared after the term. Use 0 for its last day.",
    )

    @api.model
    def _get_summary_fields(self):
        return [*super()._get_summary_fields(), "renewal_price", "renewal_quote_days"]

    def _get_term_sentence(self):
        sentence = super()._get_term_sentence()
        if not self.term_count or self.end_action == "end" or self.renewal_price == "same":
            return sentence
        return f"{sentence} {self.env._('The next term has the list prices of its first day.')}"
