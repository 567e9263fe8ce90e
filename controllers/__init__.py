from . import cohort, payment, payment_method, quotation, stripe
from . import pay_ahead
from . import portal
from . import portal_acts
from . import portal_change
from . import portal_offer
from . import portal_withdrawal
from . import portal_address
from . import rating
