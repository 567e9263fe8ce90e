from . import (
    subscription_template,
    sale_order_term,
    sale_order_quotation,
    sale_order_hand_over,
    sale_order_follow,
    sale_order_pause,
    sale_order_line,
)
