from datetime import date

from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAmendmentForm(AmendmentCommon):
    """What staff see while they type, and who may do what."""

    def prepare_once(self):
        super().prepare_once()
        self.bill(self.contract)
        self.travel("2027-02-15")

    def test_the_form_shows_amount_and_day_while_it_is_filled_in(self):
        amendment = self.amend()
        with Form(amendment) as form:
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 8
            due = form.tax_totals["total_amount_currency"]
            self.assertAlmostEqual(due, 16.72)
            self.assertIn("quantity 5", str(form.subscription_preview["reasons"]))
            form.subscription_effective_mode = "period"
            self.assertEqual(form.subscription_effective_preview_date, date(2027, 2, 28))
            self.assertFalse(form.tax_totals["total_amount_currency"])
            self.assertIn("36.00", str(form.subscription_preview["reasons"]))
            form.subscription_effective_mode = "date"
            form.subscription_effective_date = date(2027, 2, 20)
            self.assertIn("10.28", str(form.subscription_preview["reasons"]))
        self.assertFalse(amendment.amount_untaxed)

    def test_the_form_switches_recurrence_and_takes_lines_off(self):
        amendment = self.amend()
        with Form(amendment) as form:
            with form.order_line.edit(0) as line:
                line.recurrence_id = self.year
            form.order_line.remove(1)
            with form.order_line.new() as line:
                line.product_id = self.hosting
        self.assertEqual(amendment.order_line.mapped("product_uom_qty"), [5, 1])
        self.assertBillsAmount(amendment)

    def test_a_user_of_own_documents_amends_own_contracts_only(self):
        own = new_test_user(self.env, "own", groups="sale_recurring.group_subscription_user")
        self.contract.user_id = own
        contract = self.contract.with_user(own)
        amendment = contract.browse(contract.action_subscription_amend()["res_id"])
        self.assertEqual(amendment.user_id, own)
        self.target(amendment, self.seats).product_uom_qty = 8
        amendment.action_confirm()
        self.assertEqual(self.seats.product_uom_qty, 8)

    def test_a_salesperson_without_subscriptions_confirms_nothing(self):
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        with self.assertRefused("Only users of Subscriptions"):
            amendment.with_user(seller).action_confirm()
        with self.assertRefused("Only users of Subscriptions"):
            self.contract.with_user(seller).action_subscription_amend()
        self.assertEqual(self.seats.product_uom_qty, 5)

    def test_only_running_contracts_are_amended(self):
        self.contract._subscription_close(date(2027, 2, 15))
        with self.assertRefused("cannot be amended"):
            self.amend()
        with self.assertRefused("cannot be amended"):
            self.amend(self.create_order(self.seat))

    def test_a_negative_quantity_is_refused_and_changes_nothing(self):
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = -1
        with self.assertRefused("negative"):
            amendment.action_confirm()
        self.assertEqual(len(self.seats.segment_ids), 1)

    def test_a_line_cannot_join_a_confirmed_amendment(self):
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        amendment.action_confirm()
        with self.assertRefused("is confirmed and has changed its contract"):
            amendment.order_line = [Command.create({"product_id": self.hosting.id})]

    def test_an_untouched_draft_is_made_anew(self):
        drafts = self._create_template("Drafts", invoice_mode="draft")
        contract = self.create_contract(self.line_values(self.seat, 5), template=drafts)
        self.bill(contract)
        amendment = self.amend(contract)
        self.target(amendment, contract.order_line).product_uom_qty = 8
        self.assertAlmostEqual(amendment.amount_untaxed, 30)
        amendment.action_confirm()
        self.bill(contract)
        self.assertEqual(contract.invoice_ids.mapped("amount_untaxed"), [80])

    def test_headings_follow(self):
        self.contract.order_line = [
            Command.create({"display_type": "line_section", "name": "Old", "sequence": 1}),
            Command.create({"display_type": "line_note", "name": "Gone", "sequence": 2}),
        ]
        section, note = self.contract.order_line.filtered("display_type")
        amendment = self.amend()
        self.target(amendment, section).name = "New"
        self.target(amendment, note).unlink()
        amendment.order_line = [
            Command.create({"display_type": "line_section", "name": "More", "sequence": 90})
        ]
        self.target(amendment, self.seats).write({"product_uom_qty": 8, "name": "Big seat"})
        amendment.action_confirm()
        headings = self.contract.order_line.filtered("display_type")
        self.assertEqual(headings.mapped("name"), ["New", "More"])
        self.assertEqual(self.seats.name, "Big seat")
