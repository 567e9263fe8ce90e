"""Words that several models share: selections, context keys, limits."""

from datetime import date, timedelta
from secrets import token_hex

RECURRENCE_UNITS = [
    ("day", "Day"),
    ("week", "Week"),
    ("month", "Month"),
    ("year", "Year"),
]
TRIAL_UNITS = [
    ("day", "Days"),
    ("week", "Weeks"),
    ("month", "Months"),
]
TIMINGS = [
    ("advance", "In advance"),
    ("arrears", "In arrears"),
]
CONVENTIONS = [
    ("actual", "By days of the period"),
    ("fixed_30", "By 30-day months"),
    ("none", "No proration"),
]
# What makes the first steps of a quotation besides quantity, price and discount.
START_FIELDS = (
    "subscription_trial_count",
    "subscription_trial_unit",
    "order_line.intro_discount",
    "order_line.intro_period_count",
    "order_line.ramp_step_ids.period",
    "order_line.ramp_step_ids.quantity",
    "order_line.ramp_step_ids.price_unit",
    "order_line.ramp_step_ids.discount",
)
BASES = [
    ("ordered", "Ordered quantity"),
    ("delivered", "Delivered quantity"),
]
SUBSCRIPTION_STATES = [
    ("draft", "Draft"),
    ("upcoming", "Upcoming"),
    ("active", "Active"),
    ("paused", "Paused"),
    ("suspended", "Suspended"),
    ("closed", "Closed"),
    ("renewed", "Renewed"),
]
RUNNING_STATES = ("upcoming", "active", "paused", "suspended")
BILLABLE_STATES = ("upcoming", "active", "paused", "suspended", "closed", "renewed")

# Written by the one function that copies the step in force to the order line: core's guards and
# our own "a write is a change" rule stand aside for it.
MIRROR_KEY = "subscription_mirror"
# The key counts with this value only. Callers from outside give contexts too, and cannot know it.
MIRROR = token_hex()
# Holds the items that fell due, as {line id: [items]}, while core builds the invoice.
ITEMS_KEY = "subscription_due_items"
# Set by the system while it bills the next period of a contract before it begins, as a tuple of
# the token above, the day on which the period begins, and whether its invoice is made once paid.
AHEAD_KEY = "subscription_ahead"
# Day on which lines join a confirmed contract, when it is not today.
JOIN_DATE_KEY = "subscription_join_date"
# Set while the run makes documents in batches, whose values are complete.
BATCH_KEY = "subscription_batch"
# Holds the formats of numbers that were read while a batch of documents is posted.
SEQUENCES_KEY = "subscription_sequences"
# Set while saved methods are archived because their provider is switched off.
PROVIDER_OFF_KEY = "subscription_provider_off"
# Step of a dunning policy for which an invoice is charged, by id.
DUNNING_STEP_KEY = "subscription_dunning_step"
# Says what the credit notes that core is about to make mean for billed periods.
CREDIT_EFFECT_KEY = "subscription_credit_effect"
CREDIT_EFFECTS = [
    ("adjust", "Price adjustment"),
    ("waive", "Period not wanted"),
    ("again", "Bill again"),
    ("move", "Moved to a corrected invoice"),
]

# A payment that was begun and left behind holds the amount of a quotation for this long.
ABANDONED_AFTER = timedelta(hours=24)
# Somebody may be filling in a payment form for this long after it was opened: meanwhile its invoice
# is not charged, and the draft of a next period that it is for is kept.
FORM_HELD_FOR = timedelta(minutes=20)
# Invoices for which more forms than this were opened within a day are charged all the same.
FORMS_HELD_PER_DAY = 3
# Nobody opens more forms than this for one document within an hour: each costs a provider's time.
FORMS_PER_HOUR = 10
# Providers by which customers only promise to pay.
PROMISING_PROVIDERS = ("none", "custom")
# Set by the buttons with which a person bills one contract beyond the limits below.
NO_LIMITS_KEY = "subscription_no_limits"
# A charge whose outcome nobody recorded for this long was begun by a process that died.
LOST_AFTER = timedelta(minutes=15)

# Customers are told so many days before that their saved payment method expires.
EXPIRY_NOTICE_DAYS = 30
# Customers in a free trial who saved no payment method are asked again so many days before its end.
METHOD_NOTICE_DAYS = 3

MAX_ITEMS_PER_LINE = 15
MAX_MONTHS_AHEAD = 36
MAX_CREDIT_PERIODS = 3
# Payment modes of templates that charge a saved method.
CHARGED_MODES = ("charge", "after_payment")
# Anchor of values that are compared or divided, but never placed in time.
ANY_DAY = date(2000, 1, 1)

# Nightly check of what was billed. A healthy run bills within hours.
CHECK_BATCH_SIZE = 500
MISSED_AFTER = timedelta(days=3)
# What was changed this lately is left to the next billing run.
CHECK_GRACE = timedelta(hours=6)
# Payment providers tell the outcome of a charge sooner than this.
UNKNOWN_AFTER = timedelta(days=5)


def is_mirror(context):
    """Tell whether a write is the system's own copy of what steps say.

    :param dict context: context of the environment that writes
    :rtype: bool
    """
    return context.get(MIRROR_KEY) == MIRROR


# What billing periods do after a pause.
PAUSE_ANCHORS = [
    ("keep", "Stay as they were"),
    ("restart", "Begin anew on the day of the return"),
]
