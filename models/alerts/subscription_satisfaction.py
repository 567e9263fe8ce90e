from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ... import const
from .attempt import attempt


class SubscriptionSatisfaction(models.Model):
    """That a customer was asked how they like a contract; the answer is a rating of core.

    A customer is asked once within the days that the company says, over all contracts. The moment
    is kept on the customer: two jobs that ask at once both write it, and the database lets only
    one of them.
    """

    _name = "subscription.satisfaction"
    _description = "Request for Satisfaction"
    _inherit = ["subscription.protected.mixin"]
    _order = "requested_at desc, id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "sale.order", "Contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, ondelete="cascade"
    )
    requested_at = fields.Datetime(
        "Asked On", required=True, readonly=True, default=fields.Datetime.now
    )

    @api.model
    def _request(self, order):
        """Mail the customer of one contract three faces to choose from, if they may be asked.

        :param order: `sale.order`; rights were checked
        :return: what was done, in words
        :rtype: str
        """
        refusal = self._claim(order)
        if refusal:
            return refusal
        # sudo: stages, flags and colleagues ask, in the name of the company
        template = self.env.ref("sale_recurring.mail_template_satisfaction").sudo()
        template.send_mail(order.id)
        return self.env._("%(customer)s was asked.", customer=order.sudo().partner_id.name)

    @api.model
    def _try_request(self, order):
        """Ask as :meth:`_request` does; a mail that cannot be written keeps nobody else from it."""
        notes = [self.env._("A mail could not be sent")]
        # sudo: whoever looks after the contract is asked instead, maybe a colleague
        attempt(order.sudo(), lambda: notes.append(self._request(order)))
        return notes[-1]

    @api.model
    def _claim(self, order):
        """Write down that the customer of one contract is asked now, in whatever way.

        :return: why they are not asked, an empty text if they are
        :rtype: str
        """
        # sudo: nobody writes this by hand
        order = order.sudo()
        customer = order.partner_id.commercial_partner_id
        refusal = self._get_refusal(order, customer)
        if not refusal:
            now = fields.Datetime.now()
            customer.subscription_satisfaction_requested_at = now
            customer.flush_recordset(["subscription_satisfaction_requested_at"])
            self.sudo()._as_system().create(
                {"order_id": order.id, "partner_id": customer.id, "requested_at": now}
            )
        return refusal

    def _get_refusal(self, order, customer):
        """Return why a customer is not asked about a contract, an empty text if they are."""
        if order.subscription_state not in const.RUNNING_STATES:
            return self.env._("Not asked: the contract does not run.")
        if customer.subscription_no_requests or order.partner_id.subscription_no_requests:
            return self.env._("Not asked: the customer does not want to be.")
        reader = order.partner_id._get_mail_reader()
        if reader.is_blacklisted:
            return self.env._("Not asked: the customer's e-mail address is on the blacklist.")
        if not reader:
            return self.env._("Not asked: the customer has no e-mail address.")
        days = timedelta(days=order.company_id.subscription_satisfaction_days)
        last = customer.subscription_satisfaction_requested_at
        if last and last > fields.Datetime.now() - days:
            return self.env._("Not asked: the customer was asked a short time ago.")
        return ""

    @api.model
    def _request_periodically(self):
        """Ask about contracts whose template says so and whose periods have gone by."""
        due = self.env["sale.order"]
        for company in self.env["res.company"]._get_served_companies():
            due |= self._get_due(company, company._subscription_today())
        if due:
            self.env["ir.cron"]._for_each_locked(
                due, lambda order: attempt(order, lambda: self._request(order))
            )

    @api.model
    def _request_by_hand(self, orders):
        """Ask about the contracts that a colleague chose, and tell whom.

        :raise AccessError: these are not theirs
        """
        orders.check_access("write")
        orders._check_subscription_operator()
        notes = [f"{order.name}: {self._try_request(order)}" for order in orders]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": "\n".join(notes), "type": "info"},
        }

    @api.model
    def _get_due(self, company, today):
        """Return contracts of a company whose customers are to be asked again."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT o.id
                  FROM sale_order o
                  JOIN subscription_template t ON t.id = o.subscription_template_id
                  JOIN subscription_recurrence r ON r.id = t.recurrence_id
                  JOIN res_partner p ON p.id = o.partner_id
                  JOIN res_partner c ON c.id = p.commercial_partner_id
                  LEFT JOIN (
                    SELECT order_id, MAX(requested_at) AS requested_at
                      FROM subscription_satisfaction GROUP BY order_id
                  ) s ON s.order_id = o.id
                 WHERE o.company_id = %(company)s AND t.satisfaction_periods > 0
                   AND o.subscription_state IN %(states)s
                   AND NOT COALESCE(c.subscription_no_requests, FALSE)
                   AND NOT COALESCE(p.subscription_no_requests, FALSE)
                   AND (p.active AND p.email_normalized IS NOT NULL
                        OR c.active AND c.email_normalized IS NOT NULL)
                   AND COALESCE(c.subscription_satisfaction_requested_at, '-infinity')
                       < %(rested)s
                   AND COALESCE((s.requested_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
                                o.subscription_start_date, o.subscription_anchor_date)
                       + (t.satisfaction_periods * r.count || ' ' || r.unit)::interval <= %(today)s
                 ORDER BY o.id
                """,
                company=company.id,
                states=const.RUNNING_STATES,
                today=today,
                zone=company.subscription_tz or "UTC",
                rested=fields.Datetime.now()
                - timedelta(days=company.subscription_satisfaction_days),
            )
        )
        return self.env["sale.order"].browse(order_id for (order_id,) in rows)
