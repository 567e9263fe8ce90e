from . import test_health_facts, test_health_rules
