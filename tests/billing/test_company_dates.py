from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..support.common_payment import PaymentCommon

# Zones on both sides of UTC, and the one that whoever acts has in the preferences.
ZONES = (
    ("Australia/Sydney", "America/Los_Angeles"),
    ("America/Los_Angeles", "Australia/Sydney"),
    ("Europe/Berlin", "UTC"),
    ("UTC", "Asia/Tokyo"),
)
DAY = date(2027, 5, 15)
MODELS = (
    "sale.order",
    "sale.order.line",
    "account.move",
    "account.move.line",
    "account.payment",
    "mail.activity",
    "subscription.segment",
    "subscription.interruption",
    "subscription.billed.period",
    "subscription.dunning.event",
)


@tagged("post_install", "-at_install")
class TestCompanyDates(PaymentCommon):
    """Every date that is written is the company's day, whatever the clock of server and user."""

    def go(self, zone, hour, minute, day=DAY):
        """Move the clock to a time of day of a time zone."""
        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
        moment = local.astimezone(UTC)
        self.travel(moment.date(), hour=moment.hour, minute=moment.minute)

    def get_ids(self):
        """Return the records that there are, by model."""
        self.env.flush_all()
        return {
            name: set(self.env[name].with_context(active_test=False).sudo().search([]).ids)
            for name in MODELS
        }

    def assertNoNeighbouringDay(self, before):
        """No date of a new record is the day before or after the company's today."""
        wrong, seen = [], 0
        near = {DAY - timedelta(days=1), DAY + timedelta(days=1)}
        self.env.invalidate_all()
        for name, ids in self.get_ids().items():
            fresh = self.env[name].sudo().browse(ids - before[name])
            for key, field in fresh._fields.items():
                if field.type != "date" or not field.store:
                    continue
                for record in fresh:
                    seen += record[key] == DAY
                    if record[key] in near:
                        wrong.append(f"{name}.{key}: {record[key]} ({record.display_name})")
        self.assertFalse(wrong)
        return seen

    def in_each_zone(self, story):
        """Tell a story at both ends of the same day in each zone, as a user of another zone."""
        for zone, other in ZONES:
            for hour, minute in ((0, 30), (23, 30)):
                with self.subTest(zone=zone, hour=hour):
                    self.company.subscription_tz = zone
                    self.env.user.tz = other
                    self.env = self.env(context={**self.env.context, "tz": other})
                    self.go(zone, hour, minute)
                    before = self.get_ids()
                    story()
                    self.assertGreater(self.assertNoNeighbouringDay(before), 5)

    def test_invoice_payment_and_activity_bear_the_day_of_the_company(self):
        def story():
            self.partner.property_payment_term_id = False
            paid = self.create_charged_contract()
            refused = self.create_charged_contract("error")
            self.run_cron()
            self.run_charges()
            self.assertEqual(paid.invoice_ids.invoice_date, DAY)
            self.assertEqual(paid.invoice_ids.invoice_date_due, DAY)
            self.assertEqual(paid.invoice_ids.transaction_ids.payment_id.date, DAY)
            self.assertEqual(refused.activity_ids.mapped("date_deadline"), [DAY])

        self.in_each_zone(story)

    def test_one_off_lines_credit_notes_and_drafts_bear_the_day_of_the_company(self):
        draft_template = self._create_template("Drafts", invoice_mode="draft")

        def story():
            once = self._create_product("Once", 50.0, is_recurring=False)
            order = self.create_contract(self.line_values(self.seat, 3), self.line_values(once))
            drafted = self.create_contract(self.line_values(self.seat), template=draft_template)
            self.run_cron()
            self.in_a_job(drafted.invoice_ids, lambda moves: moves.action_post())
            self.assertEqual(drafted.invoice_ids.invoice_date, DAY)
            self.assertEqual(drafted.invoice_ids.invoice_date_due, DAY)
            order._subscription_close(DAY, credit_rule="credit")
            self.run_cron()
            self.assertIn("out_refund", order.invoice_ids.mapped("move_type"))

        self.in_each_zone(story)

    def test_credit_note_of_a_clerk_bears_the_day_of_the_company(self):
        def story():
            invoice = self.bill(self.create_contract(self.line_values(self.seat)))
            active = self.env["account.move.reversal"].with_context(
                active_model="account.move", active_ids=invoice.ids
            )
            form = Form(active)
            self.assertEqual(form.date, DAY)
            wizard = form.save()
            wizard.refund_moves()
            again = self.bill(self.create_contract(self.line_values(self.seat)))
            written = self.env["account.move.reversal"].create(
                {"move_ids": again.ids, "journal_id": again.journal_id.id}
            )
            written.reverse_moves()
            for note in wizard.new_move_ids | written.new_move_ids:
                self.assertEqual(note.invoice_date, DAY)
                note.action_post()
            corrected = self.bill(self.create_contract(self.line_values(self.seat)))
            wrong = active.with_context(active_ids=corrected.ids)
            wrong.create({"journal_id": corrected.journal_id.id}).modify_moves()
            self.assertEqual(corrected.reversal_move_ids.state, "posted")
            self.assertFalse(corrected.amount_residual)
            plain = self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner.id,
                    "invoice_date": DAY,
                    "invoice_date_due": DAY,
                    "invoice_line_ids": [Command.create({"name": "Plain", "price_unit": 5})],
                }
            )
            plain.action_post()
            other = active.with_context(active_ids=plain.ids).create(
                {"journal_id": plain.journal_id.id}
            )
            self.assertEqual(other.date, fields.Date.context_today(other))
            other.date = DAY

        self.in_each_zone(story)

    def test_quarantine_and_papers_bear_the_day_of_the_company(self):
        self.company.quotation_validity_days = 0

        def story():
            order = self.create_contract(self.line_values(self.seat))
            order._quarantine(ValueError("planted"))
            self.assertEqual(order.activity_ids.mapped("date_deadline"), [DAY])
            self.company.quotation_validity_days = 30
            for paper in (order._create_amendment(), order._create_renewal_quotation()):
                self.assertEqual(paper.validity_date, DAY + timedelta(days=30))

        self.in_each_zone(story)

    def test_a_method_that_expires_today_is_still_good_at_the_end_of_the_day(self):
        self.company.subscription_tz = "America/Los_Angeles"
        self.go("America/Los_Angeles", 23, 30)
        order = self.create_charged_contract()
        token = order.subscription_payment_token_id
        other = self.create_token(subscription_expiry_date=DAY)
        self.assertEqual(token._get_replacement(), other)

    def test_draft_that_is_posted_later_is_due_on_that_day(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_contract(template=template, day="2027-03-01")
        draft = self.bill(order)
        self.travel("2027-03-09")
        draft.action_post()
        self.assertEqual(draft.invoice_date, date(2027, 3, 9))
        self.assertEqual(draft.invoice_date_due, date(2027, 3, 9))

    def test_company_that_moves_west_still_runs_what_began_there_yesterday(self):
        """Its today is a day earlier than when the contract began: what has begun goes on."""
        self.company.subscription_tz = "Pacific/Auckland"
        # At noon in London the next day begins in Auckland.
        order = self.create_contract(self.line_values(self.seat, 5), day=DAY - timedelta(days=1))
        self.assertEqual(order.subscription_start_date, DAY)
        self.assertEqual(order.subscription_state, "active")
        self.company.subscription_tz = "America/Los_Angeles"
        self.assertEqual(self.company._subscription_today(), DAY - timedelta(days=1))
        order._subscription_refresh_state()
        self.assertEqual(order.subscription_state, "active")
        self.go("America/Los_Angeles", 0, 30)
        self.assertEqual(order._bill_subscriptions().amount_untaxed, 50)
