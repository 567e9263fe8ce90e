from . import (
    subscription_wizard_mixin,
    account_move_reversal,
    sale_advance_payment_inv,
    subscription_ahead_wizard,
    subscription_billing_preview,
    subscription_change_wizard,
    subscription_close_wizard,
    subscription_mass_wizard,
    subscription_pause_wizard,
    subscription_simulation,
    subscription_reopen_wizard,
    subscription_resume_wizard,
)
