from . import test_pay_ahead
from . import test_pay_ahead_page
