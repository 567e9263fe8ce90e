from . import (
    res_company,
    res_config_settings,
    payment_transaction,
    sale_order_switch,
    sale_order,
    sale_order_plan,
    sale_order_until_then,
    sale_order_confirm,
    sale_order_money,
    sale_order_text,
    sale_order_line,
    sale_order_line_details,
)
