from odoo import api, models
from odoo.exceptions import RedirectWarning, ValidationError

from ... import const


class SaleOrder(models.Model):
    """Stages of the board: where a card may be put, and which dialog leads there."""

    _inherit = "sale.order"

    @api.constrains("subscription_stage_id")
    def _check_subscription_stage(self):
        """Keep the board honest: a stage that stands for a state holds only such contracts."""
        labels = dict(self._fields["subscription_state"]._description_selection(self.env))
        for order in self:
            state = order.subscription_stage_id.subscription_state
            if not state or state == order.subscription_state:
                continue
            text = self.env._(
                "%(order)s cannot be moved to %(stage)s: that stage is for contracts with "
                "the status “%(state)s”. Use the buttons of the contract instead.",
                order=order.name,
                stage=order.subscription_stage_id.name,
                state=labels[state],
            )
            action = self.env.context.get(const.APP_KEY) and order._get_move_action(state)
            if action:
                raise RedirectWarning(text, action, action["name"])
            raise ValidationError(text)

    def _get_move_action(self, state):
        """Return the dialog by which this contract comes to a state, for whoever moved a card.

        :param str state: one of the subscription states
        :return: an action, None where no dialog leads there
        :rtype: dict | None
        """
        self.ensure_one()
        old = self._origin.subscription_state
        if state == "active" and old in ("paused", "suspended"):
            return self.action_subscription_resume_on()
        if state == "active" and old == "closed":
            return self.action_subscription_reopen()
        if old not in const.RUNNING_STATES or state == old:
            return None
        find = {
            "paused": self.action_subscription_pause,
            "suspended": self.action_subscription_suspend,
            "closed": self.action_subscription_close,
        }.get(state)
        return find and find()
