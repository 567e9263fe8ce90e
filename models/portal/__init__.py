from . import sale_order
from . import subscription_template
from . import subscription_template_addon
from . import subscription_template_change
