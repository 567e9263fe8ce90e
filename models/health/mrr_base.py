"""What contracts were worth before MRR changed: read from the ledger, as it counts."""

# For each chain of contracts: what it was worth at the end of the first of these days, and that
# day. One that began to be worth something later, or again, counts from the day it did. What comes
# after is a change. The ledger alone tells both: fields of the contract count a pause, a closing
# that was decided and a renewal in another currency in another way.
# {origins}: a query of the first orders of chains.
BASE = """
    SELECT DISTINCT ON (origin_id) origin_id, day, worth
      FROM (
        SELECT origin_id, day, SUM(amount) OVER (PARTITION BY origin_id ORDER BY day) AS worth
          FROM (
            SELECT e.origin_id, GREATEST(e.effective_date, %(since)s) AS day,
                   SUM(e.amount) AS amount
              FROM subscription_mrr_event e
             WHERE e.effective_date <= %(today)s AND e.origin_id IN ({origins})
             GROUP BY 1, 2
          ) moved
      ) level
     WHERE worth > 0
     ORDER BY origin_id, day
"""
