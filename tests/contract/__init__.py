from . import test_change
from . import test_contract_lines
from . import test_contract_random
from . import test_order_life
from . import test_order_link
