from . import test_dunning
from . import test_dunning_request
from . import test_dunning_speed
from . import test_recovered
from . import test_reminder_late
from . import test_unpaid
