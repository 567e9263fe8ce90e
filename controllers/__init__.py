from . import payment, payment_method, quotation, stripe
from . import pay_ahead
from . import portal
from . import portal_acts
from . import portal_change
