"""What is known of many contracts at once: a constant number of queries, whatever their number."""

from odoo.tools import SQL

from .mrr_base import BASE

# Days that something is away which will never happen, or never did.
NEVER = 9999
PERCENT = 100.0
# Another term follows, as far as nobody closed the contract on a day before that.
RENEWS = """(o.subscription_end_action IS DISTINCT FROM 'end' AND (
    o.subscription_end_date IS NULL OR o.subscription_end_date > o.subscription_term_end_date
    OR o.subscription_end_action = 'quote' AND o.subscription_close_credit_rule IS NULL
       AND o.subscription_end_date = o.subscription_term_end_date))"""
# What people say to each other on a contract, whatever the mails and letters around it.
MESSAGES = ("comment", "email", "email_outgoing")
# Somebody of the customer wrote it, or whoever is none of us sent it to the contract by mail.
THEIRS = """(a.commercial_partner_id = p.commercial_partner_id
    OR m.message_type = 'email' AND COALESCE(a.partner_share, TRUE))"""
# The customer may read it: notes among colleagues are no contact.
TOLD = """(m.message_type = 'email_outgoing'
    OR m.is_internal IS NOT TRUE AND s.internal IS NOT TRUE AND m.subtype_id IS NOT NULL)"""
ORIGINS = "SELECT subscription_origin_id FROM sale_order WHERE id = ANY(%(ids)s)"


class Facts:
    """Reads the facts of contracts of one company as of a day.

    :param company: `res.company`
    :param list ids: ids of its contracts
    :param date today: its day
    """

    def __init__(self, company, ids, today):
        self.env = company.env
        self.names = {
            "ids": list(ids),
            "today": today,
            "never": NEVER,
            "messages": MESSAGES,
            "zone": company.subscription_tz or "UTC",
            "since": company._subtract_health_days(today),
        }

    def get_values(self):
        """Return the facts as they are stored, by id of contract.

        :rtype: dict
        """
        self.env.flush_all()
        found = {
            "dates": self._fetch_dates(),
            "money": self._fetch_money(),
            "failed": self._fetch_failed(),
            "moved": self._fetch_moved(),
            "papers": self._fetch_papers(),
            "ratings": self._fetch_ratings(),
            "contacts": self._fetch_contacts(),
            "usage": self._fetch_usage(),
        }
        return {
            order_id: self._prepare_values(dates, {k: v.get(order_id) for k, v in found.items()})
            for order_id, dates in found["dates"].items()
        }

    def _prepare_values(self, dates, found):
        """Put together what was found of one contract."""
        age, end, renewal, commitment, trial, method = dates
        overdue_days, overdue_amount = found["money"] or (0, 0.0)
        moved, before = (float(amount) for amount in found["moved"] or (0, 0))
        average, last, count = found["ratings"] or (0.0, 0.0, 0)
        contact, answer = (
            age if days is None else max(days, 0) for days in found["contacts"] or (None, None)
        )
        usage, usage_change = self._get_usage(found["usage"])
        return {
            "age_days": age,
            "end_days": end,
            "renewal_days": renewal,
            "commitment_days": commitment,
            "trial_days": trial,
            "method_days": method,
            "overdue_days": overdue_days,
            "overdue_amount": float(overdue_amount),
            "failed_charges": found["failed"][0] if found["failed"] else 0,
            "mrr_change": moved,
            "mrr_change_percent": PERCENT * moved / before if before > 0 else 0.0,
            "open_amendments": found["papers"][0] if found["papers"] else 0,
            "rating_average": float(average),
            "rating_last": float(last),
            "rating_count": count,
            "contact_days": contact,
            "answer_days": answer,
            "usage_percent": usage,
            "usage_change_percent": usage_change,
        }

    @staticmethod
    def _get_usage(found):
        """Return what was delivered of what was ordered, and how that changed, in percent."""
        if not found:
            return PERCENT, 0.0
        last, before, ordered = (float(value or 0.0) for value in found)
        usage = PERCENT * last / ordered if ordered else PERCENT
        return usage, PERCENT * (last - before) / before if before else 0.0

    def _fetch(self, query):
        rows = self.env.execute_query(SQL(query, **self.names))
        return {row[0]: row[1:] for row in rows}

    def _fetch_dates(self):
        return self._fetch(
            """
            SELECT o.id,
                   GREATEST(%(today)s - COALESCE(o.subscription_start_date,
                                                 o.subscription_anchor_date, %(today)s), 0),
                   COALESCE(o.subscription_end_date - %(today)s, %(never)s),
                   COALESCE(CASE WHEN {renews} THEN o.subscription_term_end_date - %(today)s END,
                            %(never)s),
                   COALESCE(o.subscription_commitment_end_date - %(today)s, %(never)s),
                   COALESCE(trial.end_date - %(today)s, %(never)s),
                   COALESCE(t.subscription_expiry_date - %(today)s, %(never)s)
              FROM sale_order o
              LEFT JOIN payment_token t ON t.id = o.subscription_payment_token_id
              LEFT JOIN (
                SELECT order_id, MAX(end_date) AS end_date
                  FROM subscription_segment
                 WHERE order_id = ANY(%(ids)s) AND discount_kind = 'trial'
                   AND start_date <= %(today)s AND end_date > %(today)s
                 GROUP BY order_id
              ) trial ON trial.order_id = o.id
             WHERE o.id = ANY(%(ids)s)
            """.replace("{renews}", RENEWS)
        )

    def _fetch_money(self):
        return self._fetch(
            """
            SELECT order_id, MAX(%(today)s - day), SUM(residual)
              FROM (
                SELECT DISTINCT l.order_id, due.id, due.date_maturity AS day,
                       due.amount_residual_currency AS residual
                  FROM sale_order_line l
                  JOIN sale_order_line_invoice_rel r ON r.order_line_id = l.id
                  JOIN account_move_line il ON il.id = r.invoice_line_id
                  JOIN account_move m ON m.id = il.move_id
                  JOIN account_move_line due
                    ON due.move_id = m.id AND due.display_type = 'payment_term'
                 WHERE l.order_id = ANY(%(ids)s) AND m.state = 'posted'
                   AND m.move_type = 'out_invoice' AND m.payment_state IN ('not_paid', 'partial')
                   AND due.date_maturity < %(today)s AND due.amount_residual_currency > 0
                 UNION
                SELECT DISTINCT l.order_id, m.id, m.subscription_requested_date, m.amount_total
                  FROM sale_order_line l
                  JOIN sale_order_line_invoice_rel r ON r.order_line_id = l.id
                  JOIN account_move_line il ON il.id = r.invoice_line_id
                  JOIN account_move m ON m.id = il.move_id
                 WHERE l.order_id = ANY(%(ids)s) AND m.state = 'draft'
                   AND m.subscription_requested_date < %(today)s
              ) late
             GROUP BY order_id
            """
        )

    def _fetch_failed(self):
        return self._fetch(
            """
            SELECT l.order_id, COUNT(DISTINCT tx.id)
              FROM sale_order_line l
              JOIN sale_order_line_invoice_rel r ON r.order_line_id = l.id
              JOIN account_move_line il ON il.id = r.invoice_line_id
              JOIN account_move m ON m.id = il.move_id
              JOIN payment_transaction tx ON tx.subscription_invoice_id = m.id
             WHERE l.order_id = ANY(%(ids)s) AND tx.state = 'error'
               AND m.state != 'cancel' AND m.payment_state IN ('not_paid', 'partial')
             GROUP BY l.order_id
            """
        )

    def _fetch_moved(self):
        return self._fetch(
            f"""
            SELECT o.id, COALESCE(SUM(e.amount), 0), MAX(base.worth)
              FROM sale_order o
              JOIN ({BASE.format(origins=ORIGINS)}) base
                ON base.origin_id = o.subscription_origin_id
              LEFT JOIN subscription_mrr_event e
                ON e.origin_id = base.origin_id AND e.effective_date > base.day
               AND e.effective_date <= %(today)s
             WHERE o.id = ANY(%(ids)s)
             GROUP BY o.id
            """  # noqa: S608 (constants of this room)
        )

    def _fetch_papers(self):
        return self._fetch(
            """
            SELECT subscription_parent_id, COUNT(*)
              FROM sale_order
             WHERE subscription_parent_id = ANY(%(ids)s)
               AND subscription_order_type = 'amendment' AND state IN ('draft', 'sent')
             GROUP BY subscription_parent_id
            """
        )

    def _fetch_ratings(self):
        return self._fetch(
            """
            SELECT res_id, AVG(rating), (ARRAY_AGG(rating ORDER BY rated_on DESC, id DESC))[1],
                   COUNT(*)
              FROM rating_rating
             WHERE res_model = 'sale.order' AND res_id = ANY(%(ids)s) AND consumed
             GROUP BY res_id
            """
        )

    def _fetch_contacts(self):
        return self._fetch(
            """
            SELECT m.res_id,
                   %(today)s - (MAX(m.date) AT TIME ZONE 'UTC'
                       AT TIME ZONE %(zone)s)::date,
                   %(today)s - (MAX(m.date) FILTER (WHERE {theirs})
                       AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
              FROM mail_message m
              JOIN sale_order o ON o.id = m.res_id
              JOIN res_partner p ON p.id = o.partner_id
              LEFT JOIN res_partner a ON a.id = m.author_id
              LEFT JOIN mail_message_subtype s ON s.id = m.subtype_id
             WHERE m.model = 'sale.order' AND m.res_id = ANY(%(ids)s)
               AND m.message_type IN %(messages)s AND ({theirs} OR {told})
             GROUP BY m.res_id
            """.replace("{theirs}", THEIRS).replace("{told}", TOLD)
        )

    def _fetch_usage(self):
        """Fetch what was delivered in the last two periods as if they had been served whole.

        The first period may be a short one, and a pause cuts the one it begins or ends in: of what
        was ordered only the share of the days counts that were served.
        """
        return self._fetch(
            """
            SELECT order_id, SUM(quantity / served) FILTER (WHERE place = 1),
                   SUM(quantity / served) FILTER (WHERE place = 2),
                   SUM(ordered) FILTER (WHERE place = 1)
              FROM (
                SELECT p.*, ROW_NUMBER() OVER (
                           PARTITION BY line_id ORDER BY full_start_date DESC) AS place,
                       LEAST(1.0, (end_date - start_date - gap.days)::numeric / GREATEST(
                           full_end_date - full_start_date - gap.days, whole_days)) AS served
                  FROM (
                    SELECT b.order_id, b.line_id, b.full_start_date,
                           MAX(b.full_end_date) AS full_end_date, SUM(b.quantity) AS quantity,
                           MIN(b.start_date) AS start_date, MAX(b.end_date) AS end_date,
                           MAX(l.product_uom_qty) AS ordered,
                           MAX((b.full_start_date + (b.recurrence_count || ' ' || b.recurrence_unit
                               )::interval)::date) - b.full_start_date AS whole_days
                      FROM subscription_billed_period b
                      JOIN sale_order_line l ON l.id = b.line_id
                     WHERE b.order_id = ANY(%(ids)s) AND b.basis = 'delivered'
                       AND b.kind = 'charge'
                     GROUP BY b.order_id, b.line_id, b.full_start_date
                  ) p
                 CROSS JOIN LATERAL (
                    SELECT COALESCE(SUM(LEAST(p.end_date, COALESCE(g.end_date, p.end_date))
                               - GREATEST(p.start_date, g.start_date)), 0) AS days
                      FROM subscription_interruption g
                     WHERE g.order_id = p.order_id AND g.start_date < p.end_date
                       AND (g.end_date IS NULL OR g.end_date > p.start_date)
                  ) gap
                 WHERE end_date - start_date > gap.days
              ) periods
             WHERE place <= 2
             GROUP BY order_id
            """
        )
