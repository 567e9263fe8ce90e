from . import (
    test_cohort_data,
    test_cohort_sheet,
    test_cohort_view,
    test_dashboard,
    test_figures,
    test_forecast,
    test_mrr_ledger,
    test_mrr_policy,
    test_reports,
    test_retention,
)
