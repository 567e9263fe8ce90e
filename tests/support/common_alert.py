from odoo import fields
from odoo.fields import Command

from .common_health import HealthCommon


class AlertCommon(HealthCommon):
    """Contracts, red flags, and the job that raises them."""

    def create_alert(self, trigger, *actions, is_on=True, **values):
        """Return a flag for contracts of the test only, switched on unless told otherwise.

        :param actions: values of what is done, an activity when there are none
        """
        alert = self.env["subscription.alert"].create(
            {
                "name": f"Flag: {trigger}",
                "trigger": trigger,
                "cooldown_days": 0,
                "contract_domain": str([("partner_id", "=", self.partner.id)]),
                "action_ids": [Command.create(action) for action in actions or ({},)],
                **values,
            }
        )
        if is_on:
            alert.action_switch_on()
        return alert

    def get_log(self, alert):
        """Return what a flag did, as (contract, status) in order."""
        logs = self.env["subscription.alert.log"].search([("alert_id", "=", alert.id)], order="id")
        return [(log.order_id, log.state) for log in logs]

    def change_quantity(self, order, quantity):
        """Change the quantity of the only line of a contract today."""
        today = self.company._subscription_today()
        order._subscription_change_line(order.order_line, today, quantity)
        self.env.cr.flush()

    def close(self, order):
        """Close a contract today."""
        order._subscription_close(fields.Date.to_date(self.company._subscription_today()))
