from odoo import models

from ... import const
from .activities import schedule_once


class SaleOrder(models.Model):
    """Who looks after a contract, what they open, and who speaks on it."""

    _inherit = "sale.order"

    def _get_wizard_action(self, model, name):
        self.ensure_one()
        self._check_subscription_operator()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id, const.SHORT_NAME_KEY: True},
        }

    def _schedule_activity_once(self, summary, note):
        """Ask whoever looks after one contract to do something, once about each thing.

        :param str summary: what happened; an open activity with the same one is brought up to date
        :param str note: what happened and what to do, in words
        """
        self.ensure_one()
        kind = "sale_recurring.mail_activity_charge_failed"
        schedule_once(self, kind, summary, note, self._get_responsible_user())

    def _get_responsible_user(self):
        """Return who is asked to look after this contract.

        That is its salesperson, or the leader of the team when that one has left or works for
        another company now, else an administrator of Subscriptions.

        :rtype: res.users
        """
        self.ensure_one()
        order = self.sudo()  # sudo: whoever runs the contract may not read who has left
        for path in ("user_id", "team_id.user_id"):
            user = order.mapped(path)
            if user.active and not user.share and order.company_id in user.company_ids:
                return user.with_env(self.env)
        return self.company_id._get_subscription_administrator().with_env(self.env)

    def activity_schedule(self, act_type_xmlid="", date_deadline=None, *args, **kwargs):
        """Take the company's day where core takes that of whoever acts, UTC in a job."""
        if not date_deadline and len(self.company_id) == 1:
            date_deadline = self.company_id._subscription_today()
        return super().activity_schedule(act_type_xmlid, date_deadline, *args, **kwargs)

    def _message_compute_author(self, author_id=None, email_from=None):
        """Let the system speak on contracts while somebody without a login pays or signs."""
        is_unnamed = author_id is None and not email_from and self.env.user._is_public()
        if is_unnamed and any(order.is_subscription for order in self):
            author_id = self.env.ref("base.partner_root").id
        return super()._message_compute_author(author_id, email_from)
