from lxml import html
from odoo.tests import HttpCase, tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestAgreementPage(PaymentCommon, HttpCase):
    """Nobody signs a commitment that was not shown: page and PDF say what the form says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_template(
            "Committed",
            commitment_count=3,
            commitment_unit="month",
            notice_count=1,
            notice_unit="month",
            close_boundary="period",
        )

    def prepare_once(self):
        super().prepare_once()
        self.travel("2027-04-01")

    def _create_quotation(self, **values):
        order = self.create_order(self.seat, template=self.terms, **values)
        order.action_quotation_sent()
        return order

    def _get_page(self, order):
        return html.fromstring(self.url_open(order.get_portal_url()).text)

    def _get_texts(self, page, path="//*[@name='subscription_agreement']"):
        return [" ".join(node.text_content().split()) for node in page.xpath(path)]

    def _get_report(self, order):
        report = self.env["ir.actions.report"]
        content, _kind = report._render_qweb_html("sale.action_report_saleorder", order.ids)
        return html.fromstring(content)

    def test_the_agreement_is_shown_before_it_is_signed(self):
        order = self._create_quotation(require_signature=True, require_payment=False)
        said = (
            "Runs until somebody closes it. Runs at least for 3 months. Notice of 1 month, to the "
            "end of a billed period. Confirmed today, its last day of service is 06/30/2027 at "
            "the earliest."
        )
        self.assertEqual(order.subscription_agreement_text, said)
        page = self._get_page(order)
        texts = self._get_texts(page)
        self.assertEqual(texts, [f"End and renewal: {said}"] * 2)
        self.assertTrue(page.xpath("//main[@id='sign-dialog']//*[@name='subscription_agreement']"))
        self.assertEqual(self._get_texts(self._get_report(order)), [f"End and renewal: {said}"])

    def test_the_agreement_is_shown_before_it_is_paid(self):
        order = self._create_quotation(require_signature=False, require_payment=True)
        inside = "//div[@id='payment_method']//*[@name='subscription_agreement']"
        self.assertIn(
            "Runs at least for 3 months.", self._get_texts(self._get_page(order), inside)[0]
        )

    def test_the_agreement_stays_on_page_and_paper_once_signed(self):
        order = self._create_quotation()
        order.action_confirm()
        self.bill(order)
        for text in (
            *self._get_texts(self._get_page(order)),
            *self._get_texts(self._get_report(order)),
        ):
            self.assertIn("committed until 06/30/2027", text)

    def test_what_was_typed_on_the_quotation_is_what_it_says(self):
        order = self._create_quotation(
            subscription_commitment_last_date="2027-12-31",
            subscription_notice_count=2,
            subscription_notice_unit="week",
            subscription_term_count=2,
            subscription_term_unit="year",
            subscription_end_action="end",
        )
        text = order.subscription_agreement_text
        self.assertIn("Runs for 2 years, then ends.", text)
        self.assertIn("Runs at least until 12/31/2027.", text)
        self.assertIn("Notice of 2 weeks", text)
        order.action_confirm()
        self.assertEqual(str(order._get_earliest_close_date()), "2028-01-01")
        self.assertIn("is 12/31/2027 at the earliest", text)

    def test_amendments_do_not_speak_of_the_end(self):
        order = self._create_quotation()
        order.action_confirm()
        self.bill(order)
        amendment = order.browse(order.action_subscription_amend()["res_id"])
        self.assertFalse(self._get_texts(self._get_report(amendment)))
