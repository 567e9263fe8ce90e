from odoo import api, fields, models

from ... import const


class SubscriptionTemplate(models.Model):
    """How a contract on these terms begins: a free trial, a set-up fee."""

    _inherit = "subscription.template"

    trial_count = fields.Integer(
        "Free Trial",
        tracking=True,
        help="How long a new contract is free before its first paid period. 0: no trial. The "
        "trial ends by itself; renewals have none.",
    )
    trial_unit = fields.Selection(const.TRIAL_UNITS, default="day", required=True, tracking=True)
    setup_product_id = fields.Many2one(
        "product.product",
        "Set-up Fee",
        tracking=True,
        check_company=True,
        domain="[('sale_ok', '=', True), ('is_recurring', '=', False)]",
        help="Sold once on the quotation of each new contract, never on a renewal or an amendment.",
    )
    setup_price = fields.Float(
        "Set-up Price",
        min_display_digits="Product Price",
        tracking=True,
        help="In the currency of the company. 0: the price of the product.",
    )

    _trial_not_negative = models.Constraint(
        "CHECK (trial_count >= 0)",
        "The trial of a subscription template cannot be negative. Use 0 for no trial.",
    )
    _setup_price_not_negative = models.Constraint(
        "CHECK (setup_price >= 0)",
        "A set-up fee cannot be negative. Use 0 for the price of the product.",
    )

    @api.model
    def _get_summary_fields(self):
        return [
            *super()._get_summary_fields(),
            "trial_count",
            "trial_unit",
            "setup_product_id.name",
            "setup_price",
        ]

    def _get_summary_sentences(self):
        return [
            *super()._get_summary_sentences(),
            *filter(None, (self._get_trial_sentence(), self._get_setup_sentence())),
        ]

    def _get_trial_sentence(self):
        if not self.trial_count:
            return ""
        return self.env._(
            "New contracts begin with a free trial of %(length)s.",
            length=self.env["subscription.recurrence"]._get_length_text(
                self.trial_unit, self.trial_count
            ),
        )

    def _get_setup_sentence(self):
        if not self.setup_product_id:
            return ""
        if not self.setup_price:
            return self.env._(
                "%(product)s is sold once with each new contract.",
                product=self.setup_product_id.name,
            )
        currency = (self.company_id or self.env.company).currency_id
        return self.env._(
            "%(product)s is sold once with each new contract, for %(price)s.",
            product=self.setup_product_id.name,
            price=currency._format_unit_price(self.setup_price),
        )
