from . import test_contract_page
from . import test_customer_acts
from . import test_close_migration
from . import test_portal_change
from . import test_portal_change_control
from . import test_portal_change_payment
