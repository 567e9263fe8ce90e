from odoo import api, fields, models


class SaleOrder(models.Model):
    """What customers answered in surveys about a contract."""

    _inherit = "sale.order"

    subscription_survey_input_ids = fields.One2many(
        "survey.user_input", "subscription_order_id", "Survey Answers", groups="base.group_user"
    )
    subscription_survey_count = fields.Integer(
        "Surveys", compute="_compute_subscription_survey", groups="base.group_user"
    )
    subscription_survey_score = fields.Float(
        "Survey Score (%)", compute="_compute_subscription_survey", groups="base.group_user"
    )

    @api.depends(
        "subscription_survey_input_ids.state",
        "subscription_survey_input_ids.scoring_percentage",
        "subscription_survey_input_ids.end_datetime",
    )
    def _compute_subscription_survey(self):
        """Count invitations, and take the average of the last answer to each survey."""
        for order in self:
            # sudo: salespeople have no right to read answers; they see a number of their contract
            answers = order.sudo().subscription_survey_input_ids
            done = answers.filtered(lambda one: one.state == "done")
            order.subscription_survey_count = len(answers)
            done = done.sorted(lambda one: (one.end_datetime or one.create_date, one.id))
            scores = {one.survey_id: one.scoring_percentage for one in done}.values()
            order.subscription_survey_score = sum(scores) / len(scores) if scores else 0.0
