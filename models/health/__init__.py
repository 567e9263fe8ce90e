from . import (
    account_move,
    mail_message,
    res_company,
    res_config_settings,
    sale_order,
    subscription_health,
    subscription_health_event,
    subscription_health_rule,
    subscription_health_run,
    subscription_template,
)
