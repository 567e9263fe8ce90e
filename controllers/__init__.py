from . import payment_method, payment_request, portal, stripe
