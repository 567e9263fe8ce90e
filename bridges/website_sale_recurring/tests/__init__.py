from . import test_shop_cart
from . import test_shop_catalogue
from . import test_shop_drafts
from . import test_shop_payment
from . import test_shop_product
