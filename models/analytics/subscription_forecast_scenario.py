from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SubscriptionForecastScenario(models.Model):
    """Assumptions of a forecast under a name, to be looked at again and compared with others."""

    _name = "subscription.forecast.scenario"
    _description = "Forecast Scenario"
    _order = "name, id"

    name = fields.Char("Scenario", required=True)
    user_id = fields.Many2one(
        "res.users",
        "Kept By",
        required=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    new = fields.Float("New MRR per Month", digits=(16, 2))
    expansion = fields.Float("Expansion per Month (%)", digits=(16, 4))
    loss = fields.Float("Loss per Month (%)", digits=(16, 4))

    @api.constrains("new", "expansion", "loss")
    def _check_numbers(self):
        for scenario in self:
            if not all(
                -(10**9) < number < 10**9
                for number in (scenario.new, scenario.expansion, scenario.loss)
            ):
                raise ValidationError(
                    self.env._("Type assumptions as numbers that can be meant, below a billion.")
                )
