from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_batch_size = fields.Integer(
        related="company_id.subscription_batch_size", readonly=False, required=True
    )
    subscription_worker_count = fields.Integer(
        "Workers",
        default=lambda self: len(self.env["sale.order"]._get_billing_crons()),
        help="How many processes bill, and charge, at the same time. Each of them takes a share of "
        "what is due; more than one pays from some thousands of contracts a day on.",
    )

    @api.constrains("subscription_worker_count")
    def _check_subscription_worker_count(self):
        count = len(self._get_all_billing_crons())
        for settings in self:
            if not 1 <= settings.subscription_worker_count <= count:
                raise ValidationError(
                    self.env._("Choose between 1 and %(count)s billing workers.", count=count)
                )

    def _get_all_billing_crons(self):
        """Return the scheduled actions of all workers, the first one first."""
        return self.env["sale.order"]._get_billing_crons(active_test=False)

    def _get_worker_crons(self):
        """Return the scheduled actions that several workers share, one set per job. Hook.

        :rtype: list
        """
        return [self._get_all_billing_crons()]

    def set_values(self):
        """Switch the scheduled actions of the workers on and off."""
        super().set_values()
        for crons in self._get_worker_crons():
            for position, cron in enumerate(crons, 1):
                is_wanted = position <= self.subscription_worker_count
                if cron.active != is_wanted:
                    cron.active = is_wanted
