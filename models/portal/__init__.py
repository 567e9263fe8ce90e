from . import sale_order
from . import sale_order_line
from . import subscription_accepted_offer
from . import subscription_close_reason
from . import subscription_template
from . import subscription_template_addon
from . import subscription_template_change
from . import subscription_template_withdrawal
