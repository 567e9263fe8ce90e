from . import test_subscription_dashboard
