from odoo import api, models

from .facts import MESSAGES


class MailMessage(models.Model):
    """Messages on a contract say when customer and company last spoke."""

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        """Count the facts of contracts again on which somebody wrote something."""
        messages = super().create(vals_list)
        # sudo: whoever writes may not read what the message is, once it is written
        spoken = messages.sudo().filtered(
            lambda one: (
                one.model == "sale.order" and one.message_type in MESSAGES and not one._is_note()
            )
        )
        if spoken:
            orders = self.env["sale.order"].browse(spoken.mapped("res_id"))
            self.env["subscription.health"]._remember(orders)
        return messages

    def _is_note(self):
        """Return whether colleagues wrote one message for each other."""
        return self.message_type == "comment" and self.subtype_id.internal
