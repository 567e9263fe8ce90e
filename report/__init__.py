from . import (
    sale_report,
    subscription_recognition_balance,
    subscription_recognition_ledger,
    subscription_recognition_revenue,
    subscription_report_mixin,
    subscription_known_report_mixin,
    subscription_churn_report,
    subscription_customer_report,
    subscription_health_report,
    subscription_mrr_report,
    subscription_revenue_report,
    subscription_satisfaction_report,
    subscription_term_report,
    subscription_retention_mixin,
    subscription_contract_retention,  # isort: skip
    subscription_customer_retention,  # isort: skip
)
