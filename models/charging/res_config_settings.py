from odoo import models


class ResConfigSettings(models.TransientModel):
    """As many workers charge as bill."""

    _inherit = "res.config.settings"

    def _get_worker_crons(self):
        """Add those that charge."""
        charging = self.env["account.move"]._get_charging_crons(active_test=False)
        return [*super()._get_worker_crons(), charging]
