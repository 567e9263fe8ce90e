from . import payment_method, portal, stripe
