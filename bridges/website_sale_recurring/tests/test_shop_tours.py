from odoo.tests import tagged

from .common_tour import ShopTourCase


@tagged("post_install", "-at_install")
class TestShopTours(ShopTourCase):
    """On a desktop."""

    def test_a_month(self):
        self.buy_by_the_month()

    def test_a_year_changed_in_the_cart(self):
        self.change_in_the_cart()

    def test_a_mixed_cart(self):
        self.buy_mixed()

    def test_once(self):
        self.buy_once()

    def test_decline_and_retry(self):
        self.try_again()

    def test_a_trial_with_a_card(self):
        self.try_free()

    def test_a_guest(self):
        self.buy_as_a_guest()

    def test_a_bundle(self):
        self.buy_a_bundle()


@tagged("post_install", "-at_install")
class TestShopToursOnPhone(ShopTourCase):
    """On a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_month_on_a_phone(self):
        self.buy_by_the_month()

    def test_a_year_changed_in_the_cart_on_a_phone(self):
        self.change_in_the_cart()

    def test_a_mixed_cart_on_a_phone(self):
        self.buy_mixed()

    def test_once_on_a_phone(self):
        self.buy_once()

    def test_decline_and_retry_on_a_phone(self):
        self.try_again()

    def test_a_trial_with_a_card_on_a_phone(self):
        self.try_free()

    def test_a_guest_on_a_phone(self):
        self.buy_as_a_guest()

    def test_a_bundle_on_a_phone(self):
        self.buy_a_bundle()
