from . import test_decline_codes
from . import test_stripe
from . import test_stripe_broken
from . import test_stripe_card
from . import test_stripe_confirm
from . import test_stripe_debit
from . import test_stripe_events
from . import test_stripe_order
