from odoo.tests import tagged

from ..support.common_dunning import ToldCommon


@tagged("post_install", "-at_install")
class TestToldReaders(ToldCommon):
    """Who reads what is announced, and who is asked about it."""

    def test_a_mail_template_that_lost_its_readers_reminds_nobody(self):
        self.env.ref("sale_recurring.mail_template_dunning_reminder").partner_to = False
        order, invoice = self.create_dunned((3, "remind"), (10, "suspend"))
        self.live("2027-02-01", "2027-02-12")
        self.assertEqual(self.get_events(invoice)[0], ("2027-02-03", "remind", "failed"))
        self.assertIn("has no reader", " ".join(order.activity_ids.mapped("note")))
        self.assertEqual(order.subscription_state, "active")

    def test_the_company_reads_for_a_contact_without_address(self):
        company = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "firm@example.com"}
        )
        self.partner.write({"parent_id": company.id, "email": False})
        self.create_dunned((3, "remind"))
        self.run_dunning("2027-02-03")
        self.assertEqual(self.get_mails().recipient_ids, company)

    def test_the_company_reads_for_somebody_who_left(self):
        company = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "firm@example.com"}
        )
        self.partner.parent_id = company
        self.create_dunned((3, "remind"))
        self.partner.active = False
        self.run_dunning("2027-02-03")
        self.assertEqual(self.get_mails().recipient_ids, company)

    def test_departments_read_of_themselves_in_their_language(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        company = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.partner.parent_id = company
        other = self.env["res.partner"].create(
            {"name": "Bea", "parent_id": company.id, "email": "bea@example.com", "lang": "pt_BR"}
        )
        _order, first = self.create_dunned((3, "remind"))
        order = self.create_charged_contract("error", partner_id=other.id)
        second = self.bill(order)
        self.run_charges()
        self.run_dunning("2027-02-03")
        mails = self.get_mails().sorted(lambda mail: mail.recipient_ids.name)
        self.assertEqual(mails.mapped("recipient_ids"), self.partner | other)
        for mail, mine, not_mine in ((mails[0], first, second), (mails[1], second, first)):
            self.assertIn(mine.name, mail.body_html)
            self.assertNotIn(not_mine.name, mail.body_html)
            self.assertNotIn(not_mine.access_token or "-", mail.body_html)
        self.assertIn("Bea", mails[1].body_html)

    def test_requests_for_somebody_who_left_go_to_the_next_person(self):
        leader = self.env["res.users"].create({"name": "Lea", "login": "lea"})
        seller = self.env["res.users"].create({"name": "Sam", "login": "sam"})
        team = self.env["crm.team"].create({"name": "Team", "user_id": leader.id})
        order, _invoice = self.create_late_contract(user_id=seller.id)
        order.team_id = team
        seller.active = False
        self.run_dunning("2027-02-03")
        order._schedule_charge_activity("Look", "Look at it.")
        self.assertEqual(order.activity_ids.sorted("id")[-1:].user_id, leader)
        leader.active = False
        order._schedule_charge_activity("Again", "Look at it.")
        user = order.activity_ids.sorted("id")[-1:].user_id
        self.assertTrue(user.active)
        self.assertNotIn(user, seller | leader)

    def test_requests_for_somebody_who_works_elsewhere_now_go_to_the_next_person(self):
        seller, leader = self.env["res.users"].create(
            [{"name": name, "login": name} for name in ("Sam", "Lea")]
        )
        team = self.env["crm.team"].create({"name": "Team", "user_id": leader.id})
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_contract(template=template, user_id=seller.id)
        order.team_id = team
        draft = self.bill(order)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        seller.write({"company_ids": other.ids, "company_id": other.id})
        order._schedule_charge_activity("Look", "Look at it.")
        self.assertEqual(order.activity_ids.user_id, leader)
        draft.invoice_line_ids.price_unit = 7.0
        order.partner_invoice_id = self.partner.copy({"name": "Payer"})
        self.assertEqual(draft.activity_ids.user_id, leader)

    # ------------------------------------------------------------------
    # What the customer has
    # ------------------------------------------------------------------
