"""Words that several models share: selections, context keys, limits."""

from dataclasses import dataclass
from datetime import date, timedelta

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

# Columns that few pages ask for are read together, and only where one of them is asked for: each
# page of a website reads its company.
SELDOM = "subscription_seldom"

# What billing periods do after a pause.
PAUSE_ANCHORS = [
    ("keep", "Stay as they were"),
    ("restart", "Begin anew on the day of the return"),
]

# ----------------------------------------------------------------------
# Context keys. No other file spells one, see :func:`sealed` for how they are set and read.
# ----------------------------------------------------------------------

# Set by `_as_system`, read by `_is_system`: the write is the system's own. Derived fields may be
# written; our rule "a write on a running line is a change" and core's guards stand aside.
SYSTEM_KEY = "subscription_system"
# Set by the builder of invoices: items that fell due, as {line id: [items]}. Read by whatever core
# asks while it builds them.
ITEMS_KEY = "subscription_due_items"
# Set by `_in_advance`, read by `_get_prepayment`: the next period is billed before it begins. A
# tuple of the day on which it begins, and whether its invoice is made once it is paid.
PREPAYMENT_KEY = "subscription_prepayment"
# Set by the confirmation of an amendment, read by new lines: day on which they join the contract,
# when it is not today.
JOIN_DATE_KEY = "subscription_join_date"
# Set by the run while it makes documents in batches, read by our overrides of core's checks: the
# values are complete.
BATCH_KEY = "subscription_batch"
# Set by the run while it posts a batch, read by core's numbering: formats of numbers read before.
SEQUENCES_KEY = "subscription_sequences"
# Set by providers that are switched off, read by the saved methods that are archived with them.
PROVIDER_OFF_KEY = "subscription_provider_off"
# Set by dunning, read by the charge it starts: id of the step for which an invoice is charged.
DUNNING_STEP_KEY = "subscription_dunning_step"
# Set by the wizard of credit notes, read by the reversal that core is about to make: what the
# credit notes mean for billed periods, one of :data:`CREDIT_EFFECTS`.
CREDIT_EFFECT_KEY = "subscription_credit_effect"
# Set by the buttons with which a person bills one contract, read where the limits below are.
NO_LIMITS_KEY = "subscription_no_limits"
# Set while drafts are rebuilt, read where their ledger is given back: the run follows by itself.
DROPPING_DRAFT_KEY = "subscription_dropping_draft"
# Set by refunds, read by transactions: the money goes back, so its outcome may be unknown.
REFUND_KEY = "subscription_refund"
# Set by renewals, read by prices: the day whose prices count, instead of that of the order.
PRICE_DAY_KEY = "subscription_price_day"
# Set while a payment is booked, read by early discounts: the day on which it was begun.
PAID_DAY_KEY = "subscription_paid_day"
# Set by *Update Prices*, read by discounts: those that were agreed give way, too.
NEW_PRICES_KEY = "subscription_new_prices"
# Set by the notice about a price rise, read by its mail template: id of the campaign.
CAMPAIGN_KEY = "subscription_price_campaign_id"
# Set by the mail about a removed method, read by its mail template: ids of contracts without one.
CONTRACTS_KEY = "subscription_contract_ids"
# Set by views and dialogs about a contract, read by names of order lines: leave out what they show.
SHORT_NAME_KEY = "subscription_short_name"
# Set by the mail about a removed method, read by its mail template: name of the one that pays now.
MOVED_TO_KEY = "subscription_moved_to"
# Set by what customers do online, read by the mail about it: what they did, and the money.
ACT_KEY = "subscription_act"
# Set by searches with *Known On*, read by the queries of reports: the day whose knowledge counts.
KNOWN_KEY = "subscription_known_on"
# Set by the actions of the app, read by forms: show what is about contracts on new quotations too.
APP_KEY = "in_subscription_app"
# These count as they come, from views, templates and whoever calls, because they open nothing.
OPEN_KEYS = (SHORT_NAME_KEY, MOVED_TO_KEY, APP_KEY, ACT_KEY)

CREDIT_EFFECTS = [
    ("adjust", "Price adjustment"),
    ("waive", "Period not wanted"),
    ("again", "Bill again"),
    ("move", "Moved to a corrected invoice"),
]

# Somebody may be filling in a payment form for this long after it was opened: meanwhile its invoice
# is not charged, the amount of its quotation stays, and the draft of a next period that it is for
# is kept.
FORM_HELD_FOR = timedelta(minutes=20)
# Documents for which more forms than this were opened within a day are not held by them any more.
FORMS_HELD_PER_DAY = 3
# Nobody opens more forms than this for one document within an hour: each costs a provider's time.
FORMS_PER_HOUR = 10
# Nobody gets more mails than this within a day about what is done alone with one contract: whoever
# has its link could fill the boxes of its customer and salesperson.
ACTS_MAILED_PER_DAY = 10
# An invoice is charged no more often than this within a day because another method was given: each
# attempt costs money, and a decline mails.
RETRIES_PER_DAY = 5
# Providers by which customers only promise to pay.
PROMISING_PROVIDERS = ("none", "custom")

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


@dataclass(frozen=True)
class Sealed:
    """A value of a context that only this code can have put there.

    Callers from outside give contexts too, but no JSON and no XML can carry such an object.
    """

    value: object


def sealed(key, value=True):
    """Return the context that passes a value to code further down.

    :param str key: one of the keys above
    :param value: what the key says
    :rtype: dict
    """
    return {key: Sealed(value)}


def unseal(context, key, default=None):
    """Return what a key of a context says, unless it came from outside.

    :param dict context: context of an environment
    :param str key: one of the keys above
    :param default: what an absent key says
    """
    found = context.get(key)
    return found.value if isinstance(found, Sealed) else default
