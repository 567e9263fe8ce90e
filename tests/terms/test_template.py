from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..support.common_price import PriceCommon


@tagged("post_install", "-at_install")
class TestSubscriptionTemplate(PriceCommon):
    """Templates, recurrences, stages and reasons as an administrator sets them up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "sub_manager", groups="sale_recurring.group_subscription_manager"
        )
        cls.terms = cls.terms.with_user(cls.manager)

    def test_standard_terms_are_there_after_the_installation(self):
        template = self.env.ref("sale_recurring.subscription_template_default")
        self.assertRecordValues(
            template,
            [
                {
                    "recurrence_id": self.month.id,
                    "timing": "advance",
                    "alignment": "anniversary",
                    "convention": "actual",
                    "invoice_mode": "post",
                    "payment_mode": "manual",
                    "term_count": 0,
                    "customer_control": "restricted",
                }
            ],
        )
        company = self.env.ref("base.main_company")
        self.assertEqual(company._get_subscription_template(), template)

    def test_form_needs_a_name_only(self):
        form = Form(self.env["subscription.template"].with_user(self.manager))
        form.name = "Quick"
        self.assertEqual(form.save().recurrence_id, self.month)

    def test_what_is_offered_follows_each_change(self):
        terms, week = self.terms.sudo(), self.env.ref("sale_recurring.recurrence_week")
        third = self.month.copy({"name": "Third"})
        changes = (
            (lambda: None, self.month + self.quarter + self.year),
            (
                lambda: terms.write({"recurrence_ids": [Command.set(self.year.ids)]}),
                self.month + self.year,
            ),
            (lambda: self.year.write({"active": False}), self.month),
            (lambda: self.year.write({"active": True}), self.month + self.year),
            (
                lambda: terms.write({"recurrence_ids": [Command.link(third.id)]}),
                self.month + third + self.year,
            ),
            (lambda: third.write({"sequence": 99}), self.month + self.year + third),
            (third.unlink, self.month + self.year),
            (lambda: terms.write({"recurrence_id": week.id}), week + self.year),
            (lambda: terms.write({"recurrence_ids": [Command.clear()]}), week),
        )
        for change, offered in changes:
            change()
            self.env.flush_all()
            self.env.invalidate_all()
            for one in (terms, self.terms):
                self.assertEqual(one._get_offered_recurrences().ids, offered.ids)

    def test_day_of_the_month_is_1_to_31(self):
        for day in (0, 32, -1):
            with self.assertRaisesRegex(ValidationError, "Choose a day from 1 to 31"):
                self.terms.write({"alignment": "day", "billing_day": day})
        self.terms.write({"alignment": "day", "billing_day": 31})
        self.terms.write({"alignment": "anniversary", "billing_day": 0})

    @mute_logger("odoo.sql_db")
    def test_negative_lengths_are_refused(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.terms.term_count = -1
            self.terms.flush_recordset()
        self.terms.invalidate_recordset()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["subscription.recurrence"].create({"name": "Never", "count": 0})

    def test_terms_are_told_in_sentences(self):
        self.terms.write(
            {
                "term_count": 12,
                "end_action": "quote",
                "alignment": "day",
                "billing_day": 15,
                "payment_mode": "charge",
                "credit_on_close": "forfeit",
            }
        )
        self.assertEqual(
            list(filter(None, self.terms._get_summary_sentences())),
            [
                "Billed in advance: Monthly, or on request Quarterly, Yearly.",
                "Periods begin on day 15 of the month.",
                "Invoices are posted at once.",
                "The saved payment method is charged for each invoice.",
                "Runs for 12 months, then ends unless a renewal quotation is accepted.",
                "Parts of a period are charged by the day.",
                "Unused days are not credited when the contract is closed early.",
                "Customers ask you for every change.",
                "What a reduction gives back is credited at once.",
            ],
        )
        self.assertIn("Invoices are posted at once. The saved", self.terms.summary)

    def test_summary_follows_every_field_that_it_tells(self):
        before = self.terms.summary
        for values in (
            {"timing": "arrears"},
            {"alignment": "calendar"},
            {"invoice_mode": "send"},
            {"payment_mode": "after_payment"},
            {"term_count": 6},
            {"end_action": "end"},
            {"convention": "fixed_30"},
            {"credit_on_close": "forfeit"},
            {"customer_control": "upgrade"},
            {"recurrence_ids": [Command.clear()]},
        ):
            self.terms.write(values)
            self.assertNotEqual(self.terms.summary, before, values)
            before = self.terms.summary

    def test_running_contracts_are_counted_and_opened(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "subscription_template_id": self.terms.id,
                "order_line": [Command.create({"product_id": self.seat.id})],
            }
        )
        self.assertEqual(self.terms.contract_count, 0)
        order.action_confirm()
        self.terms.invalidate_recordset(["contract_count"])
        self.assertEqual(self.terms.contract_count, 1)
        action = self.terms.action_view_contracts()
        self.assertEqual(self.env["sale.order"].search(action["domain"]), order)

    def test_archived_template_is_no_longer_a_default(self):
        self.env.company.subscription_template_id = self.terms
        self.terms.action_archive()
        self.assertFalse(self.env.company.subscription_template_id)
        self.assertNotEqual(self.env.company._get_subscription_template(), self.terms)

    def test_duplicate_has_another_name(self):
        self.assertEqual(self.terms.copy().name, "Test terms (copy)")

    def test_entering_a_state_finds_its_stage(self):
        stages = self.env["subscription.stage"]
        company = self.env.company
        self.assertEqual(
            stages._get_stage_of_state("active", company),
            self.env.ref("sale_recurring.stage_running"),
        )
        self.env.ref("sale_recurring.stage_running").company_id = self._create_company()
        self.assertFalse(stages._get_stage_of_state("active", company))

    def test_recurrences_are_named_after_a_price(self):
        recurrence = self.env["subscription.recurrence"].create(
            {"name": "Every 6 weeks", "unit": "week", "count": 6}
        )
        self.assertEqual(recurrence.period_text, "6 weeks")
        self.assertEqual(self.month.period_text, "month")

    @mute_logger("odoo.sql_db")
    def test_recurrence_of_a_template_cannot_be_deleted(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.month.with_user(self.manager).unlink()

    def test_terms_and_recurrences_of_an_order_cannot_be_deleted(self):
        weekly = self.env["subscription.recurrence"].create({"name": "Weekly", "unit": "week"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "subscription_template_id": self.terms.id,
                "order_line": [
                    Command.create({"product_id": self.seat.id, "recurrence_id": weekly.id})
                ],
            }
        )
        for used in (self.terms, weekly.with_user(self.manager)):
            with self.assertRaisesRegex(UserError, f"because {order.name} .* Archive it instead"):
                used.unlink()
        order.unlink()
        weekly.unlink()
        self.terms.unlink()

    def test_today_is_a_matter_of_the_company(self):
        company = self.env.company
        with freeze_time("2025-01-31 23:30:00"):
            company.subscription_tz = "UTC"
            self.assertEqual(company._subscription_today(), date(2025, 1, 31))
            company.subscription_tz = "Asia/Tokyo"
            self.assertEqual(company._subscription_today(), date(2025, 2, 1))

    def test_new_company_has_a_time_zone(self):
        self.assertTrue(self._create_company().subscription_tz)


@tagged("post_install", "-at_install")
class TestQuotationTemplate(PriceCommon):
    """Quotation templates carry terms and recurring lines to the quotation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("sale_management.group_sale_order_template")
        cls.quotation_template = cls.env["sale.order.template"].create(
            {
                "name": "Seats",
                "subscription_template_id": cls.terms.id,
                "sale_order_template_line_ids": [
                    Command.create({"product_id": cls.seat.id, "product_uom_qty": 3}),
                    Command.create({"product_id": cls.seat.id, "recurrence_id": cls.year.id}),
                    Command.create({"product_id": cls.product.id}),
                    Command.create({"name": "By the way", "display_type": "line_note"}),
                ],
            }
        )

    def test_recurring_lines_take_the_default_recurrence(self):
        lines = self.quotation_template.sale_order_template_line_ids
        none = self.env["subscription.recurrence"]
        self.assertEqual(
            [line.recurrence_id for line in lines], [self.month, self.year, none, none]
        )

    def test_quotation_gets_terms_recurrences_and_prices(self):
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.partner
            form.sale_order_template_id = self.quotation_template
        order = form.record
        self.assertEqual(order.subscription_template_id, self.terms)
        self.assertRecordValues(
            order.order_line,
            [
                {"recurrence_id": self.month.id, "price_unit": 10.0, "product_uom_qty": 3},
                {"recurrence_id": self.year.id, "price_unit": 100.0, "product_uom_qty": 1},
                {"recurrence_id": False, "price_unit": 20.0, "product_uom_qty": 1},
                {"recurrence_id": False, "price_unit": 0.0, "product_uom_qty": 0},
            ],
        )

    def test_other_terms_replace_recurrences_that_they_do_not_offer(self):
        yearly = self.env["subscription.template"].create(
            {"name": "Yearly", "recurrence_id": self.year.id}
        )
        self.quotation_template.subscription_template_id = yearly
        lines = self.quotation_template.sale_order_template_line_ids
        self.assertEqual(lines[:2].recurrence_id, self.year)
