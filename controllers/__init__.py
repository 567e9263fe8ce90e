from . import portal, stripe
