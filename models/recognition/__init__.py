from . import (
    res_company,
    res_config_settings,
    product_category,
    product_template,
    subscription_recognition,
    subscription_recognition_books,
    account_move_line,
    account_move,
    subscription_billed_period,
    sale_order,
)
