from . import (
    subscription_template,
    subscription_dunning_policy,
    subscription_template_dunning,
    subscription_interruption,
    subscription_dunning_event,
    account_move_recovery,
    account_move,
    account_move_steps,
    account_move_mail,
    sale_order,
    sale_order_dunning_pause,
    sale_order_unpaid,
)
