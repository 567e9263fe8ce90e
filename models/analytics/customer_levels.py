"""Which customers are there at many days at once: they are worth something, or on pause."""

from odoo.tools import SQL

# Who is worth something is asked of binary numbers, which are much faster to add up; no price is
# as small as what they are wrong by. Money itself is added up exactly.
TINY_FLOAT = SQL("0.00001")


def get_customers(rows, levels):
    """Return the SQL of tables of customers: ``cell`` and, from it, ``customer``.

    A contract waits when nothing but its pause took its worth: its last pause is younger than what
    brought worth before, and it did not end since.

    :param SQL rows: movements, each with the number of its ``span``
    :param list levels: numbers of spans; what is before a span counts
    :return: common table expressions; ``customer`` says for each level whether a customer was
        worth something (``worth_N``), and whether it was that or on pause (``here_N``)
    :rtype: odoo.tools.SQL
    """
    return SQL(
        """
        cell AS MATERIALIZED (
            SELECT company_id, commercial_partner_id, origin_id, span,
                   SUM(amount::float8) AS amount,
                   MAX(effective_date) FILTER (WHERE kind = 'pause' AND amount < 0) AS paused,
                   MAX(effective_date) FILTER (WHERE kind = 'churn' AND amount < 0) AS ended,
                   MAX(effective_date) FILTER (WHERE kind IN
                       ('new', 'expansion', 'contraction', 'reactivation', 'resume')) AS served
              FROM (%(rows)s) AS moved GROUP BY 1, 2, 3, 4
        ), chain AS (
            SELECT company_id, commercial_partner_id, %(days)s
              FROM cell WHERE origin_id IN (SELECT origin_id FROM cell WHERE paused IS NOT NULL)
             GROUP BY company_id, commercial_partner_id, origin_id
            WINDOW chain AS (PARTITION BY origin_id)
        ), waiting AS (
            SELECT company_id, commercial_partner_id, %(waits)s FROM chain
             GROUP BY company_id, commercial_partner_id
        ), worth AS (
            SELECT company_id, commercial_partner_id, %(sums)s FROM cell
             GROUP BY company_id, commercial_partner_id
        ), customer AS (
            SELECT worth.*, %(here)s
              FROM worth LEFT JOIN waiting
                ON waiting.company_id = worth.company_id
               AND waiting.commercial_partner_id IS NOT DISTINCT FROM worth.commercial_partner_id
        )
        """,
        rows=rows,
        days=_join(levels, _get_days),
        waits=_join(levels, _get_wait),
        sums=_join(levels, _get_worth),
        here=_join(levels, _get_presence),
    )


def _join(levels, function):
    return SQL(", ").join(function(level) for level in levels)


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


def _get_wait(level):
    return SQL(
        "BOOL_OR(%(paused)s IS NOT NULL AND (%(ended)s >= %(paused)s) IS NOT TRUE "
        "AND (%(served)s > %(paused)s) IS NOT TRUE) AS %(waits)s",
        paused=_name("paused", level),
        ended=_name("ended", level),
        served=_name("served", level),
        waits=_name("waits", level),
    )


def _get_worth(level):
    return SQL(
        "SUM(amount) FILTER (WHERE span < %s) > %s AS %s", level, TINY_FLOAT, _name("worth", level)
    )


def _get_presence(level):
    return SQL(
        "COALESCE(%s, FALSE) OR COALESCE(%s, FALSE) AS %s",
        _name("worth", level),
        _name("waits", level),
        _name("here", level),
    )
