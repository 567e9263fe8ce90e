from . import test_confirm
from . import test_discount_button
from . import test_due_now
from . import test_due_now_random
from . import test_portal_quote
from . import test_quote_date
from . import test_setup_fee
from . import test_trial
