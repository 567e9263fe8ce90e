from . import test_mandate
from . import test_method_follows
from . import test_method_mails
from . import test_method_owner
from . import test_method_removed
from . import test_payment_method
from . import test_saved_method_rule
from . import test_trial_method
