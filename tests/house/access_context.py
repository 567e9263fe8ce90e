"""What callers may reach by the context keys of the addon: read by ``test_access_context.py``.

A new key of ``const.py`` needs an entry: whether only our code can set it, or why it opens nothing.
"""

from ... import const

SEALED = "only this code can set it"

KEYS = {
    "ACT_KEY": "a mail says what a customer did",
    "PREPAYMENT_KEY": SEALED,
    "APP_KEY": "forms show fields about contracts",
    "BATCH_KEY": SEALED,
    "CAMPAIGN_KEY": SEALED,
    "CONTRACTS_KEY": SEALED,
    "CREDIT_EFFECT_KEY": SEALED,
    "DUNNING_STEP_KEY": SEALED,
    "ITEMS_KEY": SEALED,
    "JOIN_DATE_KEY": SEALED,
    "KNOWN_KEY": SEALED,
    "MOVED_TO_KEY": "a mail names a payment method",
    "NEW_PRICES_KEY": SEALED,
    "NO_LIMITS_KEY": SEALED,
    "PAID_DAY_KEY": SEALED,
    "PRICE_DAY_KEY": SEALED,
    "PROVIDER_OFF_KEY": SEALED,
    "REFUND_KEY": SEALED,
    "SEQUENCES_KEY": SEALED,
    "DROPPING_DRAFT_KEY": SEALED,
    "SHORT_NAME_KEY": "lists name lines in fewer words",
    "SYSTEM_KEY": SEALED,
}

# What is tried with every key: the document, the method and what is given to it.
GUARDS = (
    ("active", "write", [{"subscription_state": "closed"}]),
    ("active", "write", [{"subscription_end_date": "2027-03-03"}]),
    ("active", "copy", [{"subscription_order_type": "renewal"}]),
    ("active", "action_subscription_suspend", []),
    ("line", "write", [{"price_unit": 1.0}]),
    ("invoice", "write", [{"subscription_charge_count": 9}]),
    ("period", "write", [{"booked_amount": 1.0}]),
    ("transaction", "write", [{"subscription_query_at": False}]),
)


def get_keys():
    """Return the context keys of the addon by name of their constant."""
    return {name: key for name, key in vars(const).items() if name.endswith("_KEY")}
