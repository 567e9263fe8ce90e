"""Which contracts a red flag is raised for: one query per flag, whatever their number."""

from odoo.tools import SQL

TRIGGERS = [
    ("health", "Health turned"),
    ("state", "Status changed"),
    ("stage", "Stage changed"),
    ("created", "Quotation created"),
    ("mrr", "MRR fell"),
    ("charge", "Payment failed"),
    ("method", "Payment method expires"),
    ("rating", "Satisfaction is low"),
    ("end", "End is near"),
    ("renewal", "Renewal is near"),
    ("trial", "Trial ends"),
    ("silent", "No answer"),
    ("usage_low", "Usage is below"),
    ("usage_high", "Usage is above"),
]
# What began at a moment: only what happened after the flag was switched on counts.
MOMENTS = ("health", "state", "stage", "created")

TURNED = """
    SELECT e.order_id, CONCAT(e.kind, ':', e.id)
      FROM subscription_health_event e
      JOIN sale_order o ON o.id = e.order_id
     WHERE o.company_id = %(company)s AND e.kind = %(kind)s AND e.moment >= %(since)s
       AND {value}
"""
FACTS = """
    SELECT o.id, CONCAT({key})
      FROM subscription_health h
      JOIN sale_order o ON o.id = h.order_id
     WHERE o.company_id = %(company)s AND o.subscription_state IN %(running)s AND {fact}
"""
SILENT_KEY = "'silent:', (h.facts_date - h.answer_days)"
USAGE_KEY = """'usage:', (
    SELECT MAX(b.full_start_date) FROM subscription_billed_period b WHERE b.order_id = o.id)"""

QUERIES = {
    "health": TURNED.format(value="e.new_value = %(verdict)s"),
    "state": TURNED.format(value="e.new_value = %(state)s"),
    "stage": TURNED.format(value="e.stage_id = %(stage)s"),
    "created": """
        SELECT o.id, 'created' FROM sale_order o
         WHERE o.company_id = %(company)s AND o.is_subscription AND o.state IN ('draft', 'sent')
           AND o.subscription_order_type = 'new' AND o.create_date >= %(since)s
    """,
    "mrr": """
        SELECT o.id, CONCAT('mrr:', MAX(e.id))
          FROM sale_order o
          JOIN subscription_mrr_event e ON e.origin_id = o.subscription_origin_id
         WHERE o.company_id = %(company)s AND o.subscription_state IN %(running)s
           AND e.effective_date > %(today)s - %(days)s AND e.effective_date <= %(today)s
           AND e.kind IN %(movements)s AND (NOT %(is_discounting)s OR NOT EXISTS (
               SELECT 1 FROM subscription_segment s
                WHERE s.order_id = e.order_id AND s.discount_kind = 'limited'
                  AND e.effective_date IN (s.start_date, s.end_date)))
         GROUP BY o.id
        HAVING SUM(e.amount) < 0 AND (
               (%(amount)s > 0 AND -SUM(e.amount) >= %(amount)s)
            OR (%(percent)s > 0 AND -100 * SUM(e.amount)
                >= %(percent)s * (MAX(o.subscription_mrr) - SUM(e.amount))))
    """,
    "charge": """
        SELECT l.order_id, CONCAT('charge:', m.id)
          FROM payment_transaction tx
          JOIN account_move m ON m.id = tx.subscription_invoice_id
          JOIN account_move_line il ON il.move_id = m.id
          JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = il.id
          JOIN sale_order_line l ON l.id = r.order_line_id
          JOIN sale_order o ON o.id = l.order_id
         WHERE o.company_id = %(company)s AND o.subscription_state IN %(running)s
           AND tx.state = 'error' AND m.state != 'cancel'
           AND m.payment_state IN ('not_paid', 'partial')
         GROUP BY l.order_id, m.id
        HAVING COUNT(DISTINCT tx.id) >= %(count)s
    """,
    "method": """
        SELECT o.id, CONCAT('method:', t.id, ':', t.subscription_expiry_date)
          FROM sale_order o
          JOIN payment_token t ON t.id = o.subscription_payment_token_id
         WHERE o.company_id = %(company)s AND o.subscription_state IN %(running)s
           AND t.subscription_expiry_date <= %(today)s + %(days)s
    """,
    "rating": """
        SELECT o.id, CONCAT('rating:', x.id)
          FROM rating_rating x
          JOIN sale_order o ON o.id = x.res_id AND x.res_model = 'sale.order'
         WHERE o.company_id = %(company)s AND o.subscription_state IN %(running)s
           AND x.consumed AND x.rating <= %(rating)s AND x.rated_on >= %(since)s
    """,
    "end": FACTS.format(
        key="'end:', o.subscription_end_date",
        fact="o.subscription_end_date - %(today)s BETWEEN 0 AND %(days)s",
    ),
    "renewal": FACTS.format(
        key="'renewal:', o.subscription_term_end_date",
        fact="o.subscription_term_end_date - %(today)s BETWEEN 0 AND %(days)s "
        "AND o.subscription_end_action IS DISTINCT FROM 'end'",
    ),
    "trial": FACTS.format(
        key="'trial:', h.facts_date + h.trial_days", fact="h.trial_days <= %(days)s"
    ),
    "silent": FACTS.format(key=SILENT_KEY, fact="h.answer_days >= %(days)s"),
    "usage_low": FACTS.format(key=USAGE_KEY, fact="h.usage_percent < %(usage)s"),
    "usage_high": FACTS.format(key=USAGE_KEY, fact="h.usage_percent > %(usage)s"),
}
# Where a flag is not switched on yet: contracts that are so now, as nobody knows who turns next.
PREVIEWS = {
    "health": FACTS.format(key="''", fact="h.verdict = %(verdict)s"),
    "state": """
        SELECT o.id, '' FROM sale_order o WHERE o.company_id = %(company)s
           AND o.is_subscription AND o.subscription_state = %(state)s
    """,
    "stage": """
        SELECT o.id, '' FROM sale_order o WHERE o.company_id = %(company)s
           AND o.is_subscription AND o.subscription_stage_id = %(stage)s
    """,
}
EVER = "1970-01-01"
MOVEMENTS = ("contraction", "expansion", "churn")
PAUSES = ("pause", "resume")


class Triggers:
    """Finds the contracts of a company that a flag is about, and what happened to each.

    What happened has a name that stays the same as long as it is the same: the invoice that could
    not be charged, the card and its day, the answer. A flag is raised once for each name.

    :param alert: one `subscription.alert`
    :param company: `res.company`
    :param running: states of contracts that are watched
    """

    def __init__(self, alert, company, running):
        self.alert = alert
        self.company = company
        self.running = tuple(running)

    def find(self, is_preview=False):
        """Return pairs of a contract's id and the name of what happened, in order.

        :param bool is_preview: what would be found if the flag was switched on
        :rtype: list[tuple[int, str]]
        """
        alert = self.alert
        env = alert.env
        # What a flag does itself is no reason to raise it again, and to go further each time.
        done = set(alert.action_ids.mapped("kind"))
        query = QUERIES[alert.trigger]
        if is_preview:
            query = PREVIEWS.get(alert.trigger, query)
        env.flush_all()
        names = {
            "company": self.company.id,
            "running": self.running,
            "today": self.company._subscription_today(),
            "since": EVER if is_preview else (alert.active_since or EVER),
            "kind": alert.trigger,
            "verdict": alert.verdict or "bad",
            "state": alert.subscription_state or "",
            "stage": alert.stage_id.id or 0,
            "days": alert.days,
            "count": alert.count,
            "amount": alert.amount,
            "percent": alert.percent,
            "movements": MOVEMENTS if "pause" in done else MOVEMENTS + PAUSES,
            "is_discounting": "discount" in done,
            "rating": alert.rating,
            "usage": alert.usage,
        }
        return env.execute_query(SQL("%s ORDER BY 1, 2", SQL(query, **names)))
