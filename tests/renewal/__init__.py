from . import test_renewal
from . import test_renewal_combo
from . import test_renewal_follow
from . import test_renewal_list_price
from . import test_renewal_migration
from . import test_renewal_pause
from . import test_renewal_plan
from . import test_term
