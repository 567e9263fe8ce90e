from . import (
    subscription_template,
    subscription_dunning_policy,
    subscription_interruption,
    subscription_dunning_event,
    account_move_recovery,
    account_move,
    account_move_steps,
    account_move_request,
    account_move_mail,
    sale_order,
    sale_order_unpaid,
)
