from . import (
    subscription_template,
    subscription_values_mixin,
    subscription_ramp_step,
    sale_order_setup_fee,
    sale_order_amounts,
    sale_order_period_totals,
    sale_order_quote_date,
    sale_order_page,
    sale_order_start,
    sale_order_line,
    sale_order_template,
    sale_order_template_line,
)
