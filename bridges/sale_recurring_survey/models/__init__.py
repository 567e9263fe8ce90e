from . import sale_order, subscription_alert_action, survey_user_input
