from odoo import fields, models


class IrActionsActWindowView(models.Model):
    """Actions may open a cohort view."""

    _inherit = "ir.actions.act_window.view"

    view_mode = fields.Selection(
        selection_add=[("cohort", "Cohort")], ondelete={"cohort": "cascade"}
    )
