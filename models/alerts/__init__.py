from . import (
    res_company,
    res_config_settings,
    res_partner,
    res_users,
    subscription_alert,
    subscription_alert_action,
    subscription_alert_log,
    subscription_health,
    subscription_satisfaction,
    subscription_stage,
    subscription_template,
    subscription_webhook_call,
)
