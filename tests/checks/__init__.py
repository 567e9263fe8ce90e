from . import test_finding
from . import test_finding_money
from . import test_finding_price
from . import test_finding_run
from . import test_protection
