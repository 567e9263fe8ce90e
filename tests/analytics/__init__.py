from . import test_dashboard, test_forecast, test_mrr_ledger, test_reports
