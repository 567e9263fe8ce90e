from . import (
    test_alert,
    test_alert_action,
    test_alert_kills,
    test_risk_mail,
    test_satisfaction,
    test_webhook,
)
