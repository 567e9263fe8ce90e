"""What this bridge takes from the addon that it joins with promotions.

pylint takes whatever lies in the addon's folder for a part of it and wants these imports to be
relative, which Odoo does not load: they stand in one place.
"""

# pylint: disable=odoo-addons-relative-import
from odoo.addons.sale_recurring.engine.change import discounted, period_start
from odoo.addons.sale_recurring.engine.money import to_decimal
from odoo.addons.sale_recurring.engine.period import Period
from odoo.addons.sale_recurring.tools import get_number_text

__all__ = ["Period", "discounted", "get_number_text", "period_start", "to_decimal"]
