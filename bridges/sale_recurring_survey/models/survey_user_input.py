from odoo import fields, models


class SurveyUserInput(models.Model):
    """Answers of a survey about a contract."""

    _inherit = "survey.user_input"

    subscription_order_id = fields.Many2one(
        "sale.order", "Contract", readonly=True, index="btree_not_null", ondelete="set null"
    )
