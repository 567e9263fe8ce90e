from . import test_company_clock
from . import test_mail_refresh
from . import test_template
