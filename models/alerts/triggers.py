"""Which contracts a red flag is raised for: one query per flag, whatever their number."""

from odoo import fields
from odoo.tools import SQL

from ..health.facts import RENEWS
from ..health.mrr_base import BASE

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
# What happened once and is over: while a flag rests it is left out, and not made up for.
ONCE = (*MOMENTS, "rating")

TURNED = """
    SELECT e.order_id, CONCAT(e.kind, ':', e.id)
      FROM subscription_health_event e
      JOIN sale_order o ON o.id = e.order_id
     WHERE o.company_id = %(company)s AND e.kind = %(kind)s AND e.moment >= %(moment)s
       AND {value}
"""
FACTS = """
    SELECT o.id, CONCAT({key})
      FROM subscription_health h
      JOIN sale_order o ON o.id = h.order_id
     WHERE o.company_id = %(company)s AND o.subscription_state IN %(running)s AND {fact}
"""
# Only contracts that began are watched: quotations turn to nothing.
NOW = """
    SELECT o.id, ''
      FROM subscription_health h
      JOIN sale_order o ON o.id = h.order_id
     WHERE o.company_id = %(company)s AND {fact}
"""
SILENT_KEY = "'silent:', (h.facts_date - h.answer_days)"
# Periods of what is measured: where nothing is, usage is neither low nor high.
MEASURED = """FROM subscription_billed_period b
     WHERE b.order_id = o.id AND b.basis = 'delivered' AND b.kind = 'charge'"""
USAGE_KEY = f"'usage:', (SELECT MAX(b.full_start_date) {MEASURED})"
IS_MEASURED = f"EXISTS (SELECT 1 {MEASURED})"

RUNNING = """
    SELECT subscription_origin_id FROM sale_order
     WHERE company_id = %(company)s AND subscription_state IN %(running)s
"""

QUERIES = {
    "health": TURNED.format(value="e.new_value = %(verdict)s"),
    "state": TURNED.format(value="e.new_value = %(state)s"),
    "stage": TURNED.format(value="e.stage_id = %(stage)s"),
    "created": """
        SELECT o.id, 'created' FROM sale_order o
         WHERE o.company_id = %(company)s AND o.is_subscription AND o.state IN ('draft', 'sent')
           AND o.subscription_order_type = 'new' AND o.create_date >= %(moment)s
    """,
    "mrr": f"""
        SELECT o.id, CONCAT('mrr:', MAX(e.id))
          FROM sale_order o
          JOIN ({BASE.format(origins=RUNNING)}) base ON base.origin_id = o.subscription_origin_id
          JOIN subscription_mrr_event e ON e.origin_id = base.origin_id
         WHERE o.company_id = %(company)s AND o.subscription_state IN %(running)s
           AND e.effective_date > base.day AND e.effective_date <= %(today)s
           AND e.kind NOT IN %(own)s AND (NOT %(is_discounting)s OR NOT EXISTS (
               SELECT 1 FROM subscription_segment s
                WHERE s.order_id = e.order_id AND s.discount_kind = 'limited'
                  AND e.effective_date IN (s.start_date, s.end_date)))
         GROUP BY o.id
        HAVING SUM(e.amount) < 0 AND (
               (%(amount)s > 0 AND -SUM(e.amount) >= %(amount)s)
            OR (%(percent)s > 0 AND -100 * SUM(e.amount) >= %(percent)s * MAX(base.worth)))
    """,  # noqa: S608 (constants of this room)
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
           AND x.consumed AND x.rating <= %(rating)s AND x.rated_on >= %(moment)s
    """,
    "end": FACTS.format(
        key="'end:', o.subscription_end_date",
        fact="o.subscription_end_date - %(today)s BETWEEN 0 AND %(days)s",
    ),
    "renewal": FACTS.format(
        key="'renewal:', o.subscription_term_end_date",
        fact=f"o.subscription_term_end_date - %(today)s BETWEEN 0 AND %(days)s AND {RENEWS}",
    ),
    "trial": FACTS.format(
        key="'trial:', h.facts_date + h.trial_days", fact="h.trial_days <= %(days)s"
    ),
    "silent": FACTS.format(key=SILENT_KEY, fact="h.answer_days >= %(days)s"),
    "usage_low": FACTS.format(key=USAGE_KEY, fact=f"h.usage_percent < %(usage)s AND {IS_MEASURED}"),
    "usage_high": FACTS.format(
        key=USAGE_KEY, fact=f"h.usage_percent > %(usage)s AND {IS_MEASURED}"
    ),
}
# Where a flag is not switched on yet: contracts that are so now, as nobody knows who turns next.
PREVIEWS = {
    "health": FACTS.format(key="''", fact="h.verdict = %(verdict)s"),
    "state": NOW.format(fact="o.subscription_state = %(state)s"),
    "stage": NOW.format(
        fact="o.subscription_stage_id = %(stage)s "
        "AND (o.subscription_state IN %(running)s OR NOT %(stops_on_close)s)"
    ),
}
EVER = "1970-01-01"
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
        """Return pairs of a contract's id and the name of what happened, the latest one last.

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
        today = self.company._subscription_today()
        names = {
            "company": self.company.id,
            "running": self.running,
            "today": today,
            "moment": EVER if is_preview else (alert.active_since or EVER),
            "kind": alert.trigger,
            "verdict": alert.verdict or "bad",
            "state": alert.subscription_state or "",
            "stage": alert.stage_id.id or 0,
            "days": alert.days,
            "since": fields.Date.subtract(today, days=alert.days),
            "count": alert.count,
            "amount": alert.amount,
            "percent": alert.percent,
            "own": PAUSES if "pause" in done else ("",),
            "is_discounting": "discount" in done,
            "rating": alert.rating,
            "usage": alert.usage,
            "stops_on_close": alert.stops_on_close,
        }
        found = SQL(query, **names)
        # Names end in a day or in a number: the later one is the longer one, or the greater.
        return env.execute_query(
            SQL(
                "SELECT * FROM (%s) found (order_id, name) ORDER BY order_id, LENGTH(name), name",
                found,
            )
        )
