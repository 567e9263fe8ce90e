import io
from pathlib import Path

import polib
from odoo.tests import tagged
from odoo.tools.translate import trans_export

from .common import ShopCase

I18N = Path(__file__).parents[1] / "i18n"


@tagged("post_install", "-at_install")
class TestShopOwnContract(ShopCase):
    """Whoever has a running contract on the same terms is offered to change that one first."""

    def setUp(self):
        super().setUp()
        self.user = self.log_in()
        self.template.customer_control = "upgrade_downgrade"
        self.contract = self.create_contract(
            self.line_values(self.seat, 2), partner_id=self.user.partner_id.id
        )
        self.bill(self.contract)

    def find(self):
        return self.open("/shop/cart").xpath("//*[hasclass('o_sr_own')]//a/@href")

    def test_the_change_is_shown_with_what_it_costs(self):
        self.add(self.seat, self.month, 3)
        (url,) = self.find()
        self.assertIn(f"/my/orders/{self.contract.id}/change?quantity-", url)
        text = self.get_text(self.open(url))
        self.assertIn("Seat", text)
        self.assertIn("5", text)

    def test_the_payment_offers_it_to_whoever_buys_without_looking_at_the_cart(self):
        self.add(self.seat, self.month, 3)
        self.open("/shop/checkout", try_skip_step="true")
        (url,) = self.open("/shop/payment").xpath("//*[hasclass('o_sr_own')]//a/@href")
        self.assertIn(f"/my/orders/{self.contract.id}/change?quantity-", url)

    def test_strangers_and_ended_contracts_are_left_alone(self):
        self.add(self.support, self.month)
        self.assertTrue(self.find(), "the terms are the same, whatever is sold")
        self.contract.partner_id = self.partner
        self.assertFalse(self.find())
        self.contract.partner_id = self.user.partner_id
        self.template.copy()
        self.contract.subscription_last_date = "2027-02-03"
        self.travel("2027-02-05")
        self.contract._subscription_refresh_state()
        self.authenticate("ada", "ada-secret")
        self.assertFalse(self.find())

    def test_portuguese_is_complete(self):
        with io.BytesIO() as buffer:
            trans_export(None, ["website_sale_recurring"], buffer, "po", self.env)
            fresh = polib.pofile(buffer.getvalue().decode())
        language = polib.pofile(str(I18N / "pt_BR.po"))
        self.assertEqual({each.msgid for each in language}, {each.msgid for each in fresh})
        self.assertFalse(language.untranslated_entries())
