from odoo.tests import tagged
from odoo.tools import mute_logger

from ..support.common_portal import PortalCase

NUL = "a\x00b"


@tagged("post_install", "-at_install")
class TestOddTexts(PortalCase):
    """Texts that no database can keep are answered like any others, never by a crash."""

    def setUp(self):
        super().setUp()
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")
        self.enterContext(mute_logger("odoo.http"))

    def test_a_search(self):
        self.log_in()
        page = self.url_open("/my/subscriptions", params={"search": NUL})
        self.assertEqual(page.status_code, 200)

    def test_a_note_to_a_closing(self):
        reason = self.env.ref("sale_recurring.close_reason_unused")
        page = self.open(
            f"/my/orders/{self.order.id}/close",
            access_token=self.order._portal_ensure_token(),
            reason_id=reason.id,
        )
        response = self.submit(page, note=f"{NUL} \U0001f600 \u202e")
        self.assertEqual(response.status_code, 200)
        self.assertTrue(self.order.subscription_has_planned_end)

    def test_a_new_contact(self):
        self.log_in()
        page = self.open(f"/my/orders/{self.order.id}/contact")
        response = self.submit(
            page, contact_id="new", contact_name=NUL, contact_email=f"{NUL}@example.com"
        )
        self.assertEqual(response.status_code, 200)

    def test_values_of_a_link(self):
        url = f"/my/orders/{self.order.id}"
        token = self.order._portal_ensure_token()
        for params in (
            {"access_token": token, "done": NUL},
            {"access_token": token, "invoices": NUL},
            {"access_token": NUL},
        ):
            with self.subTest(params):
                self.assertLess(self.url_open(url, params=params).status_code, 500)
        for act in ("close", "pause", "resume", "change", "withdraw", "in_advance", "pay"):
            for name in ("access_token", "day", "until", "reason_id", "document", "plan"):
                params = {"access_token": token, name: NUL}
                with self.subTest(act=act, name=name):
                    answer = self.url_open(f"{url}/{act}", params=params)
                    self.assertLess(answer.status_code, 500)
