from . import test_contract_page
from . import test_customer_acts
from . import test_close_migration
