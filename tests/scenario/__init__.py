from . import test_random_worlds
from . import test_scenario_calendar
from . import test_scenario_change
from . import test_scenario_dunning
from . import test_scenario_interruption
from . import test_scenario_pause
from . import test_scenario_term
