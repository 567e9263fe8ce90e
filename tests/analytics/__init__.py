from . import test_dashboard, test_mrr_ledger
