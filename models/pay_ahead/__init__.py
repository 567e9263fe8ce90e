from . import (
    subscription_template,
    payment_transaction,
    payment_provider,
    account_move,
    sale_order,
    sale_order_pay,
    sale_order_line,
)
