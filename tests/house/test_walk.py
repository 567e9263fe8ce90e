import itertools
import re
from decimal import Decimal

from odoo.tests import tagged

from ..support.common_payment import PaymentCommon
from ..support.walk import ADDON, Walk, get_room

MOST = 30
TOUR = re.compile(r"^### Guided tour of the code\n(.*?)^## ", re.DOTALL | re.MULTILINE)
STOP = re.compile(r"^#### (\w+).*?$(.*?)(?=^#### |\Z)", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`((?:models|engine)/[\w/]+\.py)`")


@tagged("post_install", "-at_install")
class TestWalk(PaymentCommon):
    """The README leads along the way that a price, a date and a charge take, room by room."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (tour,) = TOUR.findall((ADDON / "README.md").read_text())
        cls.told = {name: FILE.findall(text) for name, text in STOP.findall(tour)}

    def setUp(self):
        super().setUp()
        self.contract = self.create_contract(
            self.line_values(self.seat, 7, price_unit=73.19),
            template=self.charged_template,
            subscription_payment_token_id=self.create_token().id,
        )

    def assertTold(self, name, walk):
        told = self.told[name]
        self.assertFalse([one for one in walk.files if one not in told], walk.rooms)
        self.assertLessEqual(len(told), MOST)
        rooms = [room for room, _files in itertools.groupby(told, get_room)]
        self.assertEqual(len(rooms), len(set(rooms)), "a room is entered twice")

    def test_price(self):
        """From the order line to the invoice line."""
        with Walk(73.19, 512.33, Decimal("73.19"), Decimal("512.33")) as walk:
            move = self.bill(self.contract)
        self.assertEqual(move.invoice_line_ids.price_subtotal, 512.33)
        self.assertTold("price", walk)

    def test_date(self):
        """From the steps of a line to the day of the next invoice."""
        self.bill(self.contract)
        following = self.contract.subscription_next_invoice_date
        self.contract._as_system().subscription_next_invoice_date = False
        with Walk(following) as walk:
            self.contract._update_subscription_dates()
        self.assertEqual(self.contract.subscription_next_invoice_date, following)
        self.assertTold("date", walk)

    def test_charge(self):
        """From what is open on an invoice to the payment that covers it."""
        move = self.bill(self.contract)
        amount = move.amount_total
        with Walk(amount, Decimal(str(amount))) as walk:
            self.run_charges()
        self.assertFalse(move.amount_residual)
        self.assertTold("charge", walk)
