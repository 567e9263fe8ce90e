from . import (
    sale_order_line,
    subscription_price_campaign_line,
    subscription_price_campaign,
    subscription_price_campaign_preview,
    subscription_price_campaign_quoted,
    subscription_price_campaign_apply,
    subscription_price_campaign_notice,
    subscription_price_campaign_told,
)
