from odoo.tests import new_test_user, tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestQuotationMail(SubscriptionCommon):
    """The mail of a quotation says what is due now, what comes then, and when a trial ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env,
            "seller",
            groups="base.group_user,sales_team.group_sale_salesman_all_leads",
            email="seller@example.com",
        )

    def get_mail(self, order):
        """Return subject and text of the mail that *Send* offers to the seller."""
        action = order.with_user(self.seller).action_quotation_send()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.seller)
            .with_context(**action["context"])
            .create({})
        )
        body = " ".join(str(composer.body).replace("&nbsp;", " ").replace("\xa0", " ").split())
        return composer.subject, body

    def test_quotation_says_due_now_and_then(self):
        order = self.create_order(self.line_values(self.seat, 3), self.setup_service)
        subject, body = self.get_mail(order)
        self.assertIn(f"quotation {order.name}", subject)
        for text in ("Due now", "$ 336.00", "Then, per month", "$ 36.00", "is ready for review"):
            self.assertIn(text, body)

    def test_trial_is_named_with_its_end(self):
        terms = self._create_template("Trial", trial_count=14, trial_unit="day")
        order = self.create_order(
            self.line_values(self.seat, 3),
            template=terms,
            subscription_start_date="2027-01-31",
        )
        _subject, body = self.get_mail(order)
        self.assertIn("Free trial", body)
        self.assertIn("until 02/13/2027", body)

    def test_contract_is_not_told_as_an_old_order(self):
        order = self.create_contract(self.line_values(self.seat, 3))
        self.bill(order)
        subject, body = self.get_mail(order)
        self.assertIn("your subscription", subject)
        self.assertIn("Next invoice", body)
        self.assertIn("02/28/2027, $ 36.00", body)
        self.assertNotIn("has been confirmed", body)
        self.assertNotIn("Due now", body)

    def test_plain_orders_and_other_mails_are_left_alone(self):
        plain = self.create_order({"product_id": self.setup_service.id})
        self.assertIn("amounting in", self.get_mail(plain)[1])
        chosen = self.env["mail.template"].create(
            {"name": "Ours", "model_id": self.env.ref("sale.model_sale_order").id}
        )
        self.env["ir.config_parameter"].set_param("sale.default_confirmation_template", chosen.id)
        order = self.create_contract(self.seat)
        context = order.action_quotation_send()["context"]
        self.assertEqual(context["default_template_id"], chosen.id)
