from odoo import fields, models


class SurveyUserInput(models.Model):
    """Answers of a survey about a contract."""

    _inherit = "survey.user_input"

    subscription_order_id = fields.Many2one(
        "sale.order", "Contract", readonly=True, index="btree_not_null", ondelete="set null"
    )

    def _is_about_closed_contract(self):
        """Return whether one invitation was not answered before its contract was closed."""
        self.ensure_one()
        is_over = self.subscription_order_id.subscription_state in ("closed", "renewed")
        return is_over and self.state != "done"
