from . import (
    test_health_contact,
    test_health_facts,
    test_health_fresh,
    test_health_report,
    test_health_rules,
    test_health_speed,
    test_health_usage,
)
