from . import payment, payment_method, payment_request, quotation, stripe
from . import pay_ahead
