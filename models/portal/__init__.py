from . import sale_order
from . import subscription_template
