from . import bundle
from . import cart
from . import checkout
from . import payment
from . import reorder
from . import variant
