from . import payment_method, payment_request, portal, stripe
from . import pay_ahead
