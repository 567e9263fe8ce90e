from . import (
    payment_transaction,
    payment_token,
    payment_provider,
)
