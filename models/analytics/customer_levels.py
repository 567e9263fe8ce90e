"""Which customers are there at many days at once: they are worth something, or on pause."""

from odoo.tools import SQL

# Who is worth something is asked of binary numbers, which are much faster to add up; no price is
# as small as what they are wrong by. Money itself is added up exactly.
TINY_FLOAT = SQL("0.00001")
TABLES = """
cell AS MATERIALIZED (
    SELECT company_id, commercial_partner_id, origin_id, span,
           SUM(amount::float8) AS amount
      FROM (%(rows)s) AS moved GROUP BY 1, 2, 3, 4
), turn AS (
    SELECT company_id, commercial_partner_id, origin_id, span,
           MAX(effective_date) FILTER (WHERE kind = 'pause' AND amount < 0) AS paused,
           MAX(effective_date) FILTER (WHERE kind = 'churn' AND amount < 0) AS ended,
           MAX(effective_date) FILTER (WHERE kind IN
               ('new', 'expansion', 'contraction', 'reactivation', 'resume')) AS served
      FROM (%(rows)s) AS moved
     WHERE origin_id IN (SELECT origin_id FROM subscription_mrr_event WHERE kind = 'pause')
     GROUP BY 1, 2, 3, 4
), chain AS (
    SELECT company_id, commercial_partner_id, %(days)s
      FROM turn GROUP BY company_id, commercial_partner_id, origin_id
    WINDOW chain AS (PARTITION BY origin_id)
), waiting AS (
    SELECT company_id, COALESCE(commercial_partner_id, 0) AS partner,
           BIT_OR(%(waits)s) AS bits
      FROM chain GROUP BY 1, 2
), worth AS (
    SELECT company_id, COALESCE(commercial_partner_id, 0) AS partner, %(worth)s AS bits
      FROM cell GROUP BY 1, 2
), customer AS (
    SELECT NULLIF(worth.partner, 0) AS commercial_partner_id, worth.bits AS worth,
           worth.bits | COALESCE(waiting.bits, 0) AS here
      FROM worth LEFT JOIN waiting USING (company_id, partner)
)
"""


def get_customers(rows, levels):
    """Return the SQL of tables of customers: ``cell`` and, from it, ``customer``.

    A contract waits when nothing but its pause took its worth: its last pause is younger than what
    brought worth before, and it did not end since. Few contracts ever pause, and an index knows
    them: the others are not asked.

    :param SQL rows: movements, each with the number of its ``span``
    :param list levels: numbers of spans, at most 60; what is before a span counts
    :return: common table expressions; the bits of ``customer`` say at which levels, in their order
        and the first one lowest, a customer was worth something (``worth``), or was that or on
        pause (``here``)
    :rtype: odoo.tools.SQL
    """
    return SQL(
        TABLES,
        rows=rows,
        days=SQL(", ").join(_get_days(level) for level in levels),
        waits=SQL(" | ").join(_get_wait(level, place) for place, level in enumerate(levels)),
        worth=SQL(" | ").join(
            SQL(
                "((COALESCE(SUM(amount) FILTER (WHERE span < %s), 0) > %s)::int::bigint << %s)",
                level,
                TINY_FLOAT,
                place,
            )
            for place, level in enumerate(levels)
        ),
    )


def _name(word, level):
    return SQL.identifier(f"{word}_{level}")


def _get_days(level):
    """Return the last days before a level; whose pause it was does not matter for its end."""
    return SQL(
        "MAX(paused) FILTER (WHERE span < %(level)s) AS %(paused)s, "
        "MAX(MAX(ended) FILTER (WHERE span < %(level)s)) OVER chain AS %(ended)s, "
        "MAX(MAX(served) FILTER (WHERE span < %(level)s)) OVER chain AS %(served)s",
        level=level,
        paused=_name("paused", level),
        ended=_name("ended", level),
        served=_name("served", level),
    )


def _get_wait(level, place):
    """Return the bit that says whether a contract waits at a level."""
    return SQL(
        "((%(paused)s IS NOT NULL AND (%(ended)s >= %(paused)s) IS NOT TRUE "
        "AND (%(served)s > %(paused)s) IS NOT TRUE)::int::bigint << %(place)s)",
        paused=_name("paused", level),
        ended=_name("ended", level),
        served=_name("served", level),
        place=place,
    )
