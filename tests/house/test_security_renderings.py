from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..support.common_dunning import DunningCommon
from .access_renderings import CORE_REPORTS, RECORDS, REPORTS

FIELDS = ("subject", "body_html", "email_from", "email_to", "email_cc", "reply_to", "partner_to")
ACTORS = {
    "visitor": "base.group_public",
    "owner": "base.group_portal",
    "colleague": "base.group_portal",
    "other customer": "base.group_portal",
    "employee": "base.group_user",
    "salesperson own": "sales_team.group_sale_salesman",
    "salesperson all": "sales_team.group_sale_salesman_all_leads",
    "subscription user": "sale_recurring.group_subscription_user",
    "clerk": "account.group_account_invoice",
    "accountant": "account.group_account_user",
    "administrator": "sale_recurring.group_subscription_manager",
    "other company": "sale_recurring.group_subscription_manager,account.group_account_user",
}


@tagged("post_install", "-at_install")
class TestSecurityRenderings(DunningCommon):
    """Every mail template and report, rendered by everybody: nobody reads a link by it.

    A link with a token opens a document without a login. Whoever writes a mail gets those of the
    documents that he may read, and the system, which writes to the customer, gets all.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create({"name": "Other"})
        stranger = cls.env["res.partner"].create({"name": "Stranger"})
        colleague = cls.env["res.partner"].create({"name": "Bob", "parent_id": cls.partner.id})
        values = {
            "owner": {"partner_id": cls.partner.id},
            "colleague": {"partner_id": colleague.id},
            "other customer": {"partner_id": stranger.id},
            "other company": {"company_id": company.id, "company_ids": company.ids},
        }
        cls.actors = {
            name: new_test_user(cls.env, f"actor {name}", groups, **values.get(name, {}))
            for name, groups in ACTORS.items()
        }
        cls.boss = new_test_user(cls.env, "boss", "sales_team.group_sale_salesman")

    def setUp(self):
        super().setUp()
        request_terms = self._create_template("Request", payment_mode="after_payment")
        self.order, self.invoice = self.create_late_contract(user_id=self.boss.id)
        self.asked = self.create_contract(self.seat, template=request_terms, user_id=self.boss.id)
        self.run_cron()
        self.request = self.asked._get_open_requests()
        # The same customer, another salesperson: the card pays both.
        self.mine = self.create_contract(
            self.seat,
            template=self.charged_template,
            user_id=self.actors["salesperson own"].id,
            subscription_payment_token_id=self.order.subscription_payment_token_id.id,
        )
        self.own_invoice = self.bill(self.mine)
        self.order.subscription_unpaid_move_id = self.invoice
        self.order.subscription_unpaid_close_date = self.today
        self.token = self.order.subscription_payment_token_id
        self.token.subscription_expiry_date = "2027-02-28"
        self.documents = [self.order, self.asked, self.mine]
        self.documents += [self.invoice, self.request, self.own_invoice]
        for document in self.documents:
            document._portal_ensure_token()
        self.env.flush_all()

    def get_records(self, kind):
        return {
            "contract": self.order | self.asked | self.mine,
            "invoice": self.invoice | self.own_invoice,
            "request": self.request,
            "method": self.token,
        }[kind]

    def assertNoForeignLink(self, text, user, what):
        for document in self.documents:
            if document.access_token not in text:
                continue
            may_read = document.with_user(user).has_access("read")
            self.assertTrue(may_read, f"{what} shows {user.login} the link of {document.name}")

    def get_own(self, model):
        data = self.env["ir.model.data"].search(
            [("module", "=", "sale_recurring"), ("model", "=", model)]
        )
        return {row.name: self.env[model].browse(row.res_id) for row in data}

    def test_every_template_and_report_is_in_the_table(self):
        self.assertEqual(set(self.get_own("mail.template")), set(RECORDS))
        self.assertEqual(set(self.get_own("ir.actions.report")), set(REPORTS))

    def test_nobody_gets_a_link_that_he_could_not_read(self):
        for name, template in self.get_own("mail.template").items():
            for user in self.actors.values():
                for record in self.get_records(RECORDS[name]):
                    with self.subTest(template=name, actor=user.login, record=record.display_name):
                        text = self._render(template.with_user(user), record)
                        self.assertNoForeignLink(text, user, name)

    def test_nobody_gets_a_link_by_a_mail_that_he_composes(self):
        composer = self.env["mail.compose.message"]
        for name, template in self.get_own("mail.template").items():
            for user in self.actors.values():
                for record in self.get_records(RECORDS[name]):
                    with self.subTest(template=name, actor=user.login):
                        try:
                            mail = composer.with_user(user).create(
                                {
                                    "model": record._name,
                                    "res_ids": repr(record.ids),
                                    "template_id": template.id,
                                    "composition_mode": "comment",
                                }
                            )
                            text = str(mail.body)
                        except UserError:
                            continue
                        self.assertNoForeignLink(text, user, name)

    def test_nobody_gets_a_link_by_sending_a_mail_to_himself(self):
        for name, template in self.get_own("mail.template").items():
            for user in self.actors.values():
                for record in self.get_records(RECORDS[name]):
                    with self.subTest(template=name, actor=user.login):
                        try:
                            mail_id = template.with_user(user).send_mail(
                                record.id, email_values={"email_to": "me@example.com"}
                            )
                        except UserError:
                            continue
                        text = str(self.env["mail.mail"].browse(mail_id).body_html)
                        self.assertNoForeignLink(text, user, name)

    def test_nobody_gets_a_link_by_a_report(self):
        for name, kind in (CORE_REPORTS | REPORTS).items():
            report = self.env.ref(name)
            for user in self.actors.values():
                for record in self.get_records(kind):
                    with self.subTest(report=name, actor=user.login):
                        try:
                            text, _kind = report.with_user(user)._render_qweb_html(
                                report, record.ids
                            )
                        except UserError:
                            continue
                        self.assertNoForeignLink(text.decode(), user, name)

    def test_the_system_sends_links_to_people_of_the_contract_only(self):
        """With what the jobs send, the customer opens every document without a login."""
        people = self.partner | self.partner.child_ids
        for name, template in self.get_own("mail.template").items():
            for record in self.get_records(RECORDS[name]):
                with self.subTest(template=name):
                    values = template._generate_template([record.id], FIELDS)[record.id]
                    self.assertLessEqual(set(values.get("partner_ids", [])), set(people.ids))
                    self.assertFalse(values.get("email_to") or values.get("email_cc"))
                    if record == self.invoice or record == self.token:
                        self.assertIn("access_token=", values["body_html"])

    def _render(self, template, record):
        """Return all that a template makes of a record, nothing where it is refused."""
        return "\n".join(self._render_one(template, record, field) for field in FIELDS)

    def _render_one(self, template, record, field):
        try:
            return str(template._render_field(field, record.ids)[record.id])
        except UserError:
            return ""
