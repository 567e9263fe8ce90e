from . import (
    sale_order,
    subscription_finding,
    subscription_finding_run,
    subscription_finding_ledger,
    subscription_finding_dates,
    subscription_finding_database,
    subscription_finding_payment,
    subscription_finding_told,
    subscription_finding_repair,
    subscription_finding_text,
    subscription_finding_money,
    subscription_finding_mrr,
)
