"""Once a week, salespeople read which of their contracts are at risk, why, and since when."""

from markupsafe import Markup
from odoo import fields
from odoo.tools import format_amount, format_date

from ... import const

PAUSE = 7  # days between two mails to the same salesperson


class RiskMail:
    """Writes the mail of each salesperson; the day it was written is committed with it.

    :param env: environment of the system
    """

    def __init__(self, env):
        self.env = env

    def get_due(self):
        """Return salespeople with contracts at risk who were not told for a week.

        :rtype: res.users
        """
        groups = self.env["subscription.health"]._read_group(self._get_domain(), ["user_id"])
        users = self.env["res.users"].union(*(user for (user,) in groups))
        return users.filtered(lambda user: user.active and user.email and self._is_due(user))

    @staticmethod
    def _get_domain(user=None):
        domain = [
            ("verdict", "=", "bad"),
            ("order_id.subscription_state", "in", const.RUNNING_STATES),
        ]
        return [*domain, ("order_id.user_id", "=", user.id)] if user else domain

    @staticmethod
    def _is_due(user):
        last = user.subscription_risk_mail_date
        today = user.company_id._subscription_today()
        return not last or fields.Date.add(last, days=PAUSE) <= today

    def send(self, user):
        """Put the mail of one salesperson into the queue, unless another process did."""
        if not self._is_due(user):
            return
        user._as_system().subscription_risk_mail_date = user.company_id._subscription_today()
        env = self.env(context=dict(self.env.context, lang=user.lang))
        rows = env["subscription.health"].search(self._get_domain(user), order="since_date desc")
        rows = rows.sorted(lambda row: -row.order_id.subscription_mrr)
        env["mail.mail"].create(
            {
                "subject": env._("%(count)s contracts at risk", count=len(rows)),
                "email_to": user.email_formatted,
                "email_from": user.company_id._get_subscription_sender(user),
                "body_html": self._get_body(env, rows),
                "auto_delete": True,
            }
        )

    def _get_body(self, env, rows):
        lines = []
        for row in rows:
            order = row.order_id
            link = f"{order.get_base_url()}/odoo/sale.order/{order.id}"
            lines.append(
                Markup('<li><a href="{}">{}</a>, {}: {} ({})</li>').format(
                    link,
                    order.name,
                    order.partner_id.display_name,
                    row.reason or "",
                    env._(
                        "since %(day)s, %(mrr)s per month",
                        day=format_date(env, row.since_date),
                        mrr=format_amount(env, order.subscription_mrr, order.currency_id),
                    ),
                )
            )
        intro = env._("These contracts of yours are at risk, the most valuable first:")
        return Markup("<p>{}</p><ul>{}</ul>").format(intro, Markup("").join(lines))
