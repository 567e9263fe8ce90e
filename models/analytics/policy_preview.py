"""What would be recorded differently if recurring revenue were counted in another way."""

from dataclasses import dataclass, field
from decimal import Decimal

from odoo.fields import Date
from odoo.tools import SQL

from ...engine.money import to_decimal
from .mrr_ledger import MrrLedger

BATCH_SIZE = 500
MONTHS = 12
ZERO = Decimal(0)


@dataclass
class PolicyPreview:
    """Hold how many contracts and movements change, and MRR at the end of months: before, after."""

    contracts: int = 0
    movements: int = 0
    months: list = field(default_factory=list)


def get_policy_preview(company, policy):
    """Return what another way to count would correct; nothing is written.

    Only contracts that were closed, paused, suspended or reopened, and those with a trial or a
    discount that ends by itself, can count otherwise.

    :param company: `res.company`
    :param Policy policy: of the engine
    :rtype: PolicyPreview
    """
    ledger, preview = MrrLedger(company.env), PolicyPreview()
    today, moved = company._subscription_today(), {}
    origins = _fetch_origins(ledger.env, company)
    for start in range(0, len(origins), BATCH_SIZE):
        batch = ledger.env["sale.order"].browse(origins[start : start + BATCH_SIZE])
        for chain in ledger._load(batch):
            if not ledger.get_missing(chain, today, policy):
                continue
            rows = ledger._get_rows(chain, policy)
            preview.contracts += 1
            preview.movements += len(rows)
            for values, _parts in rows:
                month = Date.start_of(values["effective_date"], "month")
                value = to_decimal(values["company_amount"])
                moved[month] = moved.get(month, ZERO) + value
        ledger.env.invalidate_all()
    preview.months = _get_months(ledger.env, company, today, moved)
    return preview


def _fetch_origins(env, company):
    """Return the first orders of the chains that may count otherwise."""
    env.flush_all()
    query = SQL(
        """
        SELECT so.subscription_origin_id FROM subscription_interruption gap
          JOIN sale_order so ON so.id = gap.order_id
         WHERE so.company_id = %(company)s AND so.subscription_origin_id IS NOT NULL
        UNION
        SELECT so.subscription_origin_id FROM sale_order so
         WHERE so.company_id = %(company)s AND so.subscription_cancelled_date IS NOT NULL
           AND so.subscription_origin_id IS NOT NULL
        UNION
        SELECT so.subscription_origin_id FROM subscription_segment segment
          JOIN sale_order so ON so.id = segment.order_id
         WHERE segment.company_id = %(company)s AND segment.discount_kind != 'permanent'
           AND so.subscription_origin_id IS NOT NULL
        UNION
        SELECT event.origin_id FROM subscription_mrr_event event
          JOIN subscription_mrr_event back ON back.origin_id = event.origin_id
           AND back.kind IN ('new', 'reactivation')
           AND back.effective_date >= event.effective_date
         WHERE event.company_id = %(company)s AND event.kind = 'churn'
        ORDER BY 1
        """,
        company=company.id,
    )
    return [origin for (origin,) in env.execute_query(query)]


def _get_months(env, company, today, moved):
    """Return (last day, MRR as recorded, MRR as it would be) of the last months."""
    last = Date.start_of(today, "month")
    rows = env.execute_query(
        SQL(
            "SELECT date_trunc('month', effective_date)::date, SUM(company_amount) "
            "FROM subscription_mrr_event WHERE company_id = %s AND effective_date <= %s GROUP BY 1",
            company.id,
            today,
        )
    )
    found = []
    for number in range(MONTHS - 1, -1, -1):
        month = Date.subtract(last, months=number)
        before = sum((to_decimal(value) for day, value in rows if day <= month), ZERO)
        change = sum((value for day, value in moved.items() if day <= month), ZERO)
        end = min(today, Date.subtract(Date.add(month, months=1), days=1))
        found.append((end, before, before + change))
    return found
