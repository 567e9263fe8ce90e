from . import subscription_alert_action
