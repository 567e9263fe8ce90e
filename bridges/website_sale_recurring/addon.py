"""What this bridge takes from the addon that it joins with the shop.

pylint takes whatever lies in the addon's folder for a part of it and wants these imports to be
relative, which Odoo does not load: they stand in one place.
"""

# pylint: disable=odoo-addons-relative-import
from odoo.addons.sale_recurring.const import RUNNING_STATES, SELDOM
from odoo.addons.sale_recurring.controllers.payment import (
    SubscriptionPayment,
    get_accessible_order,
)
from odoo.addons.sale_recurring.engine.billing import next_billing_date
from odoo.addons.sale_recurring.engine.errors import EngineError
from odoo.addons.sale_recurring.models.lifecycle.agreement_text import AgreementText
from odoo.addons.sale_recurring.models.portal.customer_change import CustomerChange
from odoo.addons.sale_recurring.models.pricing.product_template import drop_sent
from odoo.addons.sale_recurring.models.quotation.setup_fee import SetupFee
from odoo.addons.sale_recurring.tools import get_number_text

__all__ = [
    "RUNNING_STATES",
    "SELDOM",
    "AgreementText",
    "CustomerChange",
    "EngineError",
    "SetupFee",
    "SubscriptionPayment",
    "drop_sent",
    "get_accessible_order",
    "get_number_text",
    "next_billing_date",
]
