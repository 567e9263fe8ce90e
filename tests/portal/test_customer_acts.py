from datetime import date

from lxml import html
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.portal.contract_status import ContractStatus
from ..support.common_portal import PortalCase


@tagged("post_install", "-at_install")
class TestCustomerActs(PortalCase):
    """Customers end, keep, pause and resume a contract, and see the money before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("sale_recurring.close_reason_unused")

    def prepare_once(self):
        super().prepare_once()
        self.template.pause_max_days = 30
        self.order = self.create_contract(self.line_values(self.seat, 3))
        self.book_payment(self.bill(self.order))
        self.travel("2027-02-10")

    def get_path(self, act, order=None):
        order = order or self.order
        return f"/my/orders/{order.id}/{act}"

    def open_act(self, act, **params):
        return self.open(
            self.get_path(act), access_token=self.order._portal_ensure_token(), **params
        )

    def open_close(self, **params):
        return self.open_act("close", reason_id=self.reason.id, **params)

    def find_message(self, text):
        return self.order.message_ids.filtered(lambda message: text in message.body)

    # ------------------------------------------------------------------
    # Close
    # ------------------------------------------------------------------

    def test_closing_offers_the_end_of_what_is_paid_and_today(self):
        page = self.open_act("close")
        days = page.xpath("//input[@type='radio'][@name='day']/@value")
        self.assertEqual(days, ["2027-02-28", "2027-02-10"])
        reasons = page.xpath("//input[@name='reason_id']/@value")
        self.assertIn(str(self.reason.id), reasons)
        unpaid = self.env.ref("sale_recurring.close_reason_unpaid")
        self.assertNotIn(str(unpaid.id), reasons)
        self.assertFalse(page.xpath("//form[@name='confirm']"))

    def test_closing_shows_the_money_and_does_it(self):
        page = self.open_close(day="2027-02-10")
        self.assertIn("Ask us for a pause", self.get_part(page, "retention"))
        # 18 of 28 days of 36.00
        self.assertIn("Given back", self.get_part(page, "effects"))
        self.assertIn("23.15", self.get_part(page, "effects"))
        done = html.fromstring(self.submit(page, note="Too big <b>for</b> us").text)
        self.assertIn("Your contract has ended", self.get_part(done, "done"))
        self.assertEqual(self.order.subscription_end_date, date(2027, 2, 10))
        self.assertEqual(self.order.subscription_close_reason_id, self.reason)
        self.assertEqual(self.order.subscription_close_note, "Too big <b>for</b> us")
        credit = self.bill(self.order)
        self.assertEqual(credit.amount_total, 23.15)

    def test_what_ends_at_once_cannot_be_taken_back_and_says_so(self):
        page = self.open_close(day="2027-02-28")
        text = self.get_text(page.xpath("//form[@name='confirm']")[0])
        self.assertIn("Until then you can take this back", text)
        page = self.open_close(day="2027-02-10")
        text = self.get_text(page.xpath("//form[@name='confirm']")[0])
        self.assertIn("The contract ends at once. This cannot be taken back.", text)
        self.submit(page)
        message = self.find_message("ended this contract online")
        self.assertNotIn("be taken back", message.body)

    def test_the_customer_gets_a_mail_and_staff_a_note(self):
        clerk = new_test_user(self.env, "clerk.told", groups="sales_team.group_sale_salesman")
        self.order.user_id = clerk
        before = self.find_mails()
        self.submit(self.open_close(day="2027-02-10"))
        message = self.find_message("ended this contract online")
        self.assertEqual(message.notified_partner_ids, clerk.partner_id)
        mail = self.find_mails() - before
        self.assertEqual(len(mail), 1, "one mail, once")
        text = self.get_text(html.fromstring(mail.body_html))
        self.assertIn("Your contract has ended.", text)
        self.assertIn("Given back $ 23.15", text)
        self.assertIn(self.order.access_token, mail.body_html)

    @mute_logger("odoo.addons.sale_recurring.models.terms.mail_template")
    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_a_mail_that_cannot_be_written_takes_nothing_back(self):
        template = self.env.ref("sale_recurring.mail_template_customer_act")
        body = """<t t-if="object.partner_id.ref == 'odd'" t-out="object.nothing_of_that"/>"""
        template.body_html = body
        self.partner.ref = "odd"
        before = self.find_mails()
        done = html.fromstring(self.submit(self.open_close(day="2027-02-10")).text)
        self.assertIn("Your contract has ended", self.get_part(done, "done"))
        self.assertEqual(self.order.subscription_end_date, date(2027, 2, 10))
        self.assertTrue(self.find_message("ended this contract online"))
        self.assertEqual(self.find_mails(), before)

    def test_the_mail_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.env["ir.module.module"]._load_module_terms(["sale_recurring"], ["pt_BR"])
        self.partner.lang = "pt_BR"
        before = self.find_mails()
        self.submit(self.open_act("pause", until="2027-02-24"))
        mail = self.find_mails() - before
        text = self.get_text(html.fromstring(mail.body_html))
        status = ContractStatus(self.order.with_context(lang="pt_BR")).get_sentence()
        self.assertIn(status.replace("\xa0", " "), text)
        self.assertNotIn("Paused since", text)
        self.assertTrue(self.find_message("paused this contract online"), "staff read English")

    def test_a_closing_can_be_taken_back_until_its_day(self):
        self.submit(self.open_close(day="2027-02-28"))
        self.assertTrue(self.order.subscription_has_planned_end)
        page = self.open_contract(self.order)
        self.assertNotIn("End this contract", self.get_part(page, "acts"))
        (form,) = page.xpath("//form[contains(@action, '/keep')]")
        form.set("name", "confirm")
        self.submit(page)
        self.assertFalse(self.order.subscription_end_date)
        self.assertFalse(self.order.subscription_close_reason_id)
        self.assertTrue(self.find_message("took the end back"))

    def test_pressed_twice_it_ends_once(self):
        page = self.open_close(day="2027-02-28")
        self.submit(page)
        count = len(self.order.message_ids)
        response = self.submit(page)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(len(self.order.message_ids), count)

    def test_what_is_no_longer_true_is_shown_again(self):
        page = self.open_close(day="2027-02-10")
        self.travel("2027-02-12")
        response = self.submit(page)
        self.assertIn("Something has changed", response.text)
        self.assertFalse(self.order.subscription_end_date)

    def test_nobody_leaves_before_notice_and_commitment(self):
        self.order._as_system().write(
            {
                "subscription_commitment_end_date": date(2027, 6, 1),
                "subscription_notice_count": 1,
                "subscription_notice_unit": "month",
            }
        )
        page = self.open_close()
        days = page.xpath("//input[@type='radio'][@name='day']/@value")
        self.assertEqual(days, ["2027-06-01"])
        self.submit(page, day="2027-03-01")
        self.assertFalse(self.order.subscription_end_date)
        self.submit(page)
        self.assertEqual(self.order.subscription_end_date, date(2027, 6, 1))

    def test_made_up_values_end_nothing(self):
        page = self.open_close(day="2027-02-28")
        unpaid = self.env.ref("sale_recurring.close_reason_unpaid")
        for values in (
            {"day": "2027-02-01"},
            {"day": "2030-01-01"},
            {"day": "x"},
            {"day": "2027-13-45"},
            {"reason_id": str(unpaid.id)},
            {"reason_id": "x"},
            {"reason_id": "99999999999999999999"},
            {"total": "1"},
            {"total": "nan"},
            {"total": "inf"},
            {"total": "x"},
            {"total": ""},
            {"csrf_token": "x"},
        ):
            response = self.submit(page, **values)
            self.assertLess(response.status_code, 500, values)
            self.order.invalidate_recordset()
            self.assertFalse(self.order.subscription_end_date, values)

    # ------------------------------------------------------------------
    # Pause
    # ------------------------------------------------------------------

    def test_a_pause_shows_the_money_and_does_it(self):
        page = self.open_act("pause", until="2027-02-24")
        self.assertIn("Given back", self.get_part(page, "effects"))
        done = html.fromstring(self.submit(page).text)
        self.assertIn("is paused", self.get_part(done, "done"))
        self.assertEqual(self.order.subscription_state, "paused")
        gap = self.order.subscription_interruption_ids
        self.assertEqual((gap.start_date, gap.end_date), (date(2027, 2, 10), date(2027, 2, 24)))
        shown = float(page.xpath("//input[@name='total']/@value")[0])
        self.assertEqual(self.bill(self.order).amount_total, -shown if shown < 0 else shown)

    def test_a_pause_ends_when_the_customer_wants(self):
        self.submit(self.open_act("pause", until="2027-02-24"))
        self.travel("2027-02-12")
        page = self.open_act("resume")
        self.submit(page)
        self.assertEqual(self.order.subscription_state, "active")
        self.assertEqual(self.order.subscription_interruption_ids.end_date, date(2027, 2, 12))

    def test_a_pause_is_no_longer_than_the_terms_say(self):
        page = self.open_act("pause", until="2027-02-24")
        for until in ("2027-03-13", "2027-02-10", "2027-02-01", "x", ""):
            self.submit(page, until=until)
            self.order.invalidate_recordset()
            self.assertFalse(self.order.subscription_interruption_ids, until)

    def test_a_suspension_is_not_ended_by_its_customer(self):
        self.order._subscription_pause(date(2027, 2, 10), kind="suspension")
        self.assertEqual(self.ask("resume").status_code, 403)

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def ask(self, act, order=None, **params):
        order = order or self.order
        params = {"access_token": order._portal_ensure_token(), **params}
        return self.url_open(self.get_path(act, order), params=params)

    def test_the_terms_decide(self):
        self.template.write({"customers_may_close": False, "pause_max_days": 0})
        page = self.open_contract(self.order)
        self.assertFalse(self.get_part(page, "acts"))
        for act in ("close", "pause", "resume"):
            response = self.ask(act)
            self.assertEqual(response.status_code, 403)
            self.assertIn("cannot be changed like this online", response.text)

    def test_only_its_customer_and_its_link_act(self):
        other = self.create_contract(self.line_values(self.seat, 7))
        token = other._portal_ensure_token()
        pages = {
            "close": self.open_close(day="2027-02-28"),
            "pause": self.open_act("pause", until="2027-02-24"),
        }
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        for user in (None, stranger):
            if user:
                self.log_in(user)
            for act, page in pages.items():
                for wrong in ("", "x", token):
                    self.assertEqual(self.ask(act, access_token=wrong).status_code, 404)
                    response = self.submit(page, access_token=wrong)
                    self.assertGreaterEqual(response.status_code, 400)
        self.order.invalidate_recordset()
        self.assertFalse(self.order.subscription_end_date)
        self.assertFalse(self.order.subscription_interruption_ids)

    def test_colleagues_use_the_back_office(self):
        clerk = new_test_user(self.env, "clerk.portal", groups="sales_team.group_sale_salesman")
        self.order.user_id = clerk
        self.authenticate(clerk.login, clerk.login)
        page = self.open(f"/my/orders/{self.order.id}")
        self.assertIsNone(self.get_part(page, "acts"))
        self.assertEqual(self.ask("close", reason_id=self.reason.id).status_code, 404)

    def test_a_colleague_of_the_customer_may_act(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        colleague = self.env["res.partner"].create({"name": "Colleague", "parent_id": firm.id})
        self.partner.parent_id = firm
        self.log_in(colleague)
        page = self.open(self.get_path("close"), reason_id=self.reason.id)
        self.submit(page)
        self.assertTrue(self.order.subscription_end_date)
        self.assertTrue(self.find_message(f"{colleague.name} ended this contract"))
