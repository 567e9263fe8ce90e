from . import pay_ahead, payment_method, portal, stripe
