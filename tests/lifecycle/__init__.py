from . import test_agreement_page
from . import test_close_days
from . import test_contract_form
from . import test_ending
from . import test_mass_wizard
from . import test_pause_rules
from . import test_planned_change
from . import test_wizards
