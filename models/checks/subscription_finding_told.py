from odoo import api, models
from odoo.tools import SQL

# Day from which each announcement is kept; older suspensions cannot be proved.
SINCE_KEY = "sale_recurring.told_since"
# First day on which may be done what was announced: a mail that left late gives the same days.
TOLD_DAY = """
    CASE WHEN told.state = 'left'
         THEN told.announced_date + (told.left_date - told.sent_date) END
"""


class SubscriptionFinding(models.Model):
    """Checks that nobody was suspended or closed without a mail that left and said so."""

    _inherit = "subscription.finding"

    @api.model
    def _find_in_database(self):
        return [*super()._find_in_database(), *self._find_untold()]

    @api.model
    def _find_untold(self):
        """Return contracts that were suspended or closed for money before their customer knew.

        Nothing may be done before the day that the mail named, and what was told before a payment
        is over.
        """
        # sudo: set when the addon was installed
        since = self.env["ir.config_parameter"].sudo().get_param(SINCE_KEY) or "infinity"
        rows = self.env.execute_query(
            SQL(
                """
                SELECT gap.order_id, gap.dunning_move_id, 'suspend', gap.start_date
                  FROM subscription_interruption gap
                 WHERE gap.dunning_move_id IS NOT NULL AND gap.kind = 'suspension'
                   AND gap.start_date > %(since)s::date
                   AND NOT EXISTS (
                       SELECT FROM subscription_dunning_notice told
                        WHERE (told.order_id = gap.order_id OR told.move_id = gap.dunning_move_id)
                          AND told.action = 'suspend' AND %(told)s <= gap.start_date
                          AND (told.paid_date IS NULL OR told.paid_date >= gap.start_date))
                 UNION ALL
                SELECT link.sale_order_id, event.move_id, 'close', event.date
                  FROM subscription_dunning_event event
                  JOIN sale_order_subscription_dunning_event_rel link
                       ON link.subscription_dunning_event_id = event.id
                  JOIN sale_order ON sale_order.id = link.sale_order_id
                 WHERE event.action = 'close' AND event.outcome = 'done'
                   AND event.date > %(since)s::date
                   AND sale_order.subscription_state = 'closed'
                   AND sale_order.subscription_end_date = event.date
                   AND NOT EXISTS (
                       SELECT FROM subscription_dunning_notice told
                        WHERE told.order_id = sale_order.id
                          AND told.action = 'close' AND %(told)s <= event.date
                          AND (told.paid_date IS NULL OR told.paid_date >= event.date))
                """,
                since=since,
                told=SQL(TOLD_DAY),
            )
        )
        return [
            self._prepare_finding(
                "untold",
                order_id,
                move_id=move_id,
                facts={"action": action, "day": day.isoformat()},
            )
            for order_id, move_id, action, day in rows
        ]
