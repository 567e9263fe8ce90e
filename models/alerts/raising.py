"""How it is written down for which contracts a flag is raised: one statement for all of them."""

from odoo import fields

# Rows of the log of which nothing came: they make no rest and take no room.
NOT_RAISED = ("dry", "skipped")
# What happened to contracts, the latest of each, where the flag does not rest.
RAISE = """
    INSERT INTO subscription_alert_log
           (alert_id, order_id, company_id, occurrence, state, raised_at,
            create_uid, create_date, write_uid, write_date)
    SELECT DISTINCT ON (w.order_id) %(alert)s, w.order_id, %(company)s, w.occurrence,
           'todo', %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
      FROM UNNEST(%(orders)s, %(keys)s) WITH ORDINALITY AS w (order_id, occurrence, place)
     WHERE NOT EXISTS (
        SELECT 1 FROM subscription_alert_log l
         WHERE l.alert_id = %(alert)s AND l.order_id = w.order_id AND l.state != 'dry'
           AND (l.occurrence = w.occurrence
                OR l.raised_at > %(rested)s AND l.state NOT IN %(not_raised)s))
     ORDER BY w.order_id, w.place DESC
     LIMIT %(room)s
        ON CONFLICT DO NOTHING
"""
# What happened while it rests.
LEAVE_OUT = """
    INSERT INTO subscription_alert_log
           (alert_id, order_id, company_id, occurrence, state, raised_at, done_at, note,
            create_uid, create_date, write_uid, write_date)
    SELECT %(alert)s, w.order_id, %(company)s, w.occurrence, 'skipped', %(now)s, %(now)s,
           %(note)s, %(uid)s, %(now)s, %(uid)s, %(now)s
      FROM UNNEST(%(orders)s, %(keys)s) AS w (order_id, occurrence)
     WHERE EXISTS (
        SELECT 1 FROM subscription_alert_log l
         WHERE l.alert_id = %(alert)s AND l.order_id = w.order_id
           AND l.raised_at > %(rested)s AND l.state NOT IN %(not_raised)s)
        ON CONFLICT DO NOTHING
"""


def get_room_today(alert, company):
    """Return for how many contracts of a company one flag may still be raised on its day.

    :return: None where there is no limit
    """
    if not alert.daily_limit:
        return None
    today = company._subscription_today()
    noon = company._subscription_noon(today)
    recent = alert.env["subscription.alert.log"].search(
        [
            ("alert_id", "=", alert.id),
            ("company_id", "=", company.id),
            ("state", "not in", NOT_RAISED),
            ("raised_at", ">", fields.Datetime.subtract(noon, days=1)),
        ]
    )
    raised = recent.filtered(lambda log: company._subscription_date(log.raised_at) == today)
    return max(alert.daily_limit - len(raised), 0)
