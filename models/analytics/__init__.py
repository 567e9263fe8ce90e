from . import (
    digest_digest,
    partner_merge,
    res_company,
    res_config_settings,
    sale_order,
    subscription_dashboard,
    subscription_dashboard_tiles,
    subscription_forecast,
    subscription_interruption,
    subscription_mrr_event,
    subscription_mrr_part,
    subscription_segment,
)
