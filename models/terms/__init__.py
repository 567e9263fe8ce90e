from . import (
    ir_cron,
    mail_template,
    res_company,
    res_currency,
    res_config_settings,
    subscription_recurrence,
    subscription_template,
    subscription_template_text,
    subscription_stage,
    subscription_close_reason,
)
