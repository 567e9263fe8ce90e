from . import test_simulation
from . import test_simulation_quote
