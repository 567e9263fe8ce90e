from . import test_ending
from . import test_mass_wizard
from . import test_pause_rules
from . import test_planned_change
from . import test_wizards
