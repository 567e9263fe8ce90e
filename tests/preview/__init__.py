from . import test_simulation
from . import test_simulation_quote
from . import test_preview_taxes
