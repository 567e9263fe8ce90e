from . import (
    account_move_reversal,
    sale_advance_payment_inv,
    subscription_billing_preview,
    subscription_close_wizard,
    subscription_pause_wizard,
    subscription_reopen_wizard,
)
