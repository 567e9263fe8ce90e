from . import test_preview_held_back
from . import test_preview_taxes
from . import test_simulation
from . import test_simulation_quote
