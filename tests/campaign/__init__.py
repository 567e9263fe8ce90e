from . import test_price_campaign
from . import test_price_campaign_apply
from . import test_price_campaign_combo
from . import test_price_campaign_discount
from . import test_price_campaign_money
from . import test_price_campaign_renewal
from . import test_price_campaign_told
from . import test_price_doors
