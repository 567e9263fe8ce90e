from . import payment_method, payment_request, portal, stripe
from . import pay_ahead, payment_method, portal, stripe
