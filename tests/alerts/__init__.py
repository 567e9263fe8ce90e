from . import (
    test_alert,
    test_alert_action,
    test_alert_automation,
    test_alert_clock,
    test_alert_kills,
    test_alert_pairs,
    test_risk_mail,
    test_satisfaction,
    test_stage_entry,
    test_webhook,
)
