from . import (
    account_move,
    mail_mail,
    payment_transaction,
    payment_token_expiry,
    payment_token,
    payment_token_removed,
    payment_provider,
    payment_method,
    sale_order,
    sale_order_mandate,
    sale_order_missing,
)
