from . import test_price
from . import test_price_line
from . import test_price_offered
