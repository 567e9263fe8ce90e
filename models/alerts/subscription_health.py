from operator import attrgetter

from odoo import api, fields, models

from ... import const
from .attempt import attempt
from .risk_mail import RiskMail


class SubscriptionHealth(models.Model):
    """After the facts are counted, stages do what they say and flags are raised."""

    _inherit = "subscription.health"

    template_id = fields.Many2one(
        related="order_id.subscription_template_id", string="Subscription Template"
    )
    user_id = fields.Many2one(related="order_id.user_id")
    team_id = fields.Many2one(related="order_id.team_id")
    partner_id = fields.Many2one(related="order_id.partner_id")

    def _hook_on_moved(self, events):
        """Hook. Do what the new stage says, and move what turned, with the row that says so."""
        super()._hook_on_moved(events)
        for event in events.filtered(lambda one: one.kind == "stage" and one.stage_id):
            attempt(event.order_id, lambda event=event: event.stage_id._greet(event.order_id))
        moved = {}
        for event in events.filtered(lambda one: one.kind == "health"):
            order = event.order_id
            if order.subscription_state in const.RUNNING_STATES:
                key = (event.new_value, order.company_id)
                moved[key] = moved.get(key, order.browse()) | order
        for key, orders in moved.items():
            if stage := self.env["subscription.stage"]._get_stage_of_health(*key):
                orders.subscription_stage_id = stage

    @api.model
    def _hook_on_watched(self):
        """Hook. Ask those who are due, raise flags about what turned, and act."""
        super()._hook_on_watched()
        self.env["subscription.satisfaction"]._request_periodically()
        self.env["subscription.alert"]._run_all()

    @api.model
    def _cron_mail_owners(self):
        """Tell salespeople once a week which of their contracts are at risk; each is committed."""
        mail = RiskMail(self.env)
        self.env["ir.cron"]._for_each_locked(mail.get_due(), mail.send)

    @api.model
    def _fill_satisfaction(self, records, name, path, key="id"):
        """Write the average of the last answers about running contracts on records.

        :param records: whom the answers are counted for; 0 where nobody answered, and for whoever
            may not read this
        :param str name: the field that is computed
        :param str path: fields from a row to what the answers are counted for
        :param str key: fields from a record to the id of the same
        """
        records[name] = 0.0
        if not self.has_access("read"):
            return
        groups = self._read_group(
            [("rating_count", ">", 0), ("order_id.subscription_state", "in", const.RUNNING_STATES)],
            [path],
            ["rating_last:avg"],
        )
        averages = {found.id: average for found, average in groups}
        for record in records:
            record[name] = averages.get(attrgetter(key)(record), 0.0)
