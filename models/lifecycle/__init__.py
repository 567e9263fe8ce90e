from . import (
    subscription_template,
    subscription_segment,
    sale_order_ending,
    sale_order_agreement,
    sale_order_pause,
    sale_order_planned,
    sale_order_mass,
    sale_order_actions,
    sale_order_stage,
    sale_order_line,
)
