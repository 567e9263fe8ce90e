from odoo import fields, models
from odoo.fields import Domain

from ... import const
from ..health.verdicts import VERDICTS


class SubscriptionStage(models.Model):
    """What happens when a contract comes to a stage, and what brings it there."""

    _inherit = "subscription.stage"

    mail_template_id = fields.Many2one(
        "mail.template",
        "Mail on Entry",
        domain="[('model', '=', 'sale.order')]",
        ondelete="set null",
        help="Sent to the customer of a contract that comes to this stage.",
    )
    requests_satisfaction = fields.Boolean(
        "Ask for Satisfaction", help="Asks the customer of a contract that comes to this stage."
    )
    health_verdict = fields.Selection(
        VERDICTS,
        "Contract Health",
        help="A running contract whose health turns to this moves to this stage by itself.",
    )

    def _get_stage_of_health(self, verdict, company):
        """Return the stage that contracts of a company move to when their health turns."""
        if not verdict:
            return self.browse()
        return self.search(
            Domain("health_verdict", "=", verdict) & Domain(self._check_company_domain(company)),
            limit=1,
        )

    def _greet(self, order):
        """Send what one stage says to the customer of a contract that came to it.

        The mail of a stage that is of a state, as that of a goodbye, is sent in that state, too.

        :param order: one `sale.order`, with the rights of the system
        """
        states = {*const.RUNNING_STATES, self.subscription_state}
        if self.mail_template_id and order.subscription_state in states:
            self.mail_template_id.send_mail(order.id)
        if self.requests_satisfaction:
            self.env["subscription.satisfaction"]._request(order)
