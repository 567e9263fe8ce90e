from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_combo import ComboCase


@tagged("post_install", "-at_install")
class TestRenewalCombo(ComboCase):
    """Copies of a contract take along what other lines hang on."""

    def create_running(self, **values):
        self.travel("2027-04-01")
        order = self.create_combo(2, **values)
        order.action_confirm()
        self.bill(order, "2027-04-01")
        return order

    def assertComboWhole(self, order):
        """Each item of a combo hangs on the combo of its own order."""
        items = order.order_line.filtered("combo_item_id")
        self.assertEqual(len(items), 2)
        combo = items.linked_line_id
        self.assertEqual((len(combo), combo.order_id), (1, order))
        self.assertEqual(combo.product_id.type, "combo")
        return combo

    def prepare(self, day):
        self.travel(day)
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_prepare_renewals").method_direct_trigger()

    def test_a_renewal_quotation_holds_the_whole_combo(self):
        template = self._create_template("Quoted", term_count=3, end_action="quote")
        order = self.create_running(template=template)
        self.prepare("2027-06-01")
        renewal = order.subscription_renewal_ids
        self.assertEqual(len(renewal), 1)
        self.assertComboWhole(renewal)
        self.assertFalse(order.subscription_quarantined_at)
        self.bill(order, "2027-06-01")
        renewal.action_confirm()
        self.assertEqual(self.bill(renewal, "2027-07-01").amount_untaxed, 80.0)

    def test_an_amendment_holds_the_whole_combo(self):
        order = self.create_running()
        amendment = order._create_amendment()
        self.assertComboWhole(amendment)
        amendment.order_line.filtered("combo_item_id").product_uom_qty = 3
        amendment.action_confirm()
        self.assertComboWhole(order)
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 120.0 + 40.0)

    def test_a_duplicate_holds_the_whole_combo(self):
        order = self.create_running()
        self.assertComboWhole(order.copy())

    # ------------------------------------------------------------------
    # Quotations that follow their contract
    # ------------------------------------------------------------------

    def create_plain(self, **values):
        """Return a billed contract over hosting, and a quotation over a combo of 40.00 to add."""
        template = self._create_template("Quoted", term_count=3, end_action="quote")
        order = self.create_contract(
            self.line_values(self.hosting), template=template, day="2027-04-01", **values
        )
        self.bill(order)
        return order

    def add_combo(self, order):
        """Add a combo to a contract that runs, line by line."""
        combo, *items = self.create_combo(1).order_line
        values = {"order_id": order.id, "sequence": 20}
        added = combo.create({**values, **self.line_values(combo.product_id)})
        for item in items:
            values.update(combo_item_id=item.combo_item_id.id, linked_line_id=added.id)
            added.create({**values, **self.line_values(item.product_id)})

    def test_an_open_amendment_takes_over_a_whole_combo(self):
        order = self.create_plain()
        amendment = order._create_amendment()
        self.add_combo(order)
        self.assertTrue(amendment.subscription_is_outdated)
        amendment.action_subscription_refresh_amendment()
        self.assertComboWhole(amendment)
        amendment.order_line.filtered("combo_item_id").product_uom_qty = 2
        amendment.action_confirm()
        self.assertComboWhole(order)
        self.bill(order)
        self.assertEqual(self.bill(order, "2027-05-01").amount_untaxed, 119.9 + 80.0)

    def test_a_draft_renewal_takes_over_a_whole_combo(self):
        order = self.create_plain()
        renewal = order._create_renewal_quotation()
        self.add_combo(order)
        self.assertFalse(renewal.subscription_renewal_changes)
        self.assertComboWhole(renewal)
        self.bill(order)
        renewal.action_confirm()
        self.assertEqual(self.bill(renewal, "2027-07-01").amount_untaxed, 119.9 + 40.0)

    def test_a_draft_renewal_of_a_combo_follows_its_contract(self):
        template = self._create_template("Quoted", term_count=3, end_action="quote")
        order = self.create_running(template=template)
        renewal = order._create_renewal_quotation()
        order.order_line.filtered("combo_item_id").product_uom_qty = 3
        self.assertFalse(renewal.subscription_renewal_changes)
        items = renewal.order_line.filtered("combo_item_id")
        self.assertEqual(items.mapped("product_uom_qty"), [3.0, 3.0])
        self.assertFalse(renewal.activity_ids)

    def test_a_combo_that_has_ended_leaves_the_quotations(self):
        template = self._create_template("Quoted", term_count=3, end_action="quote")
        order = self.create_running(template=template)
        order.order_line = [Command.create({**self.line_values(self.hosting), "sequence": 20})]
        renewal, amendment = order._create_renewal_quotation(), order._create_amendment()
        amendment.order_line.filtered("combo_item_id").product_uom_qty = 0
        other = order._create_amendment()
        amendment.action_confirm()
        self.assertEqual(other.state, "cancel")
        self.assertEqual(renewal.order_line.product_id, self.hosting)
        self.assertEqual(order._create_amendment().order_line.product_id, self.hosting)

    def test_a_renewal_that_cannot_be_made_leaves_an_activity_and_billing_goes_on(self):
        template = self._create_template("Quoted", term_count=3, end_action="quote")
        order = self.create_running(template=template)
        self.bill(order, "2027-05-01")
        failing = patch.object(
            type(order), "_create_renewal_quotation", side_effect=ValueError("planted")
        )
        with failing:
            self.prepare("2027-06-01")
            self.prepare("2027-06-02")
        self.assertFalse(order.subscription_quarantined_at)
        activity = order.activity_ids
        self.assertEqual(len(activity), 1, "once, not each night")
        self.assertIn("planted", activity.note)
        self.run_cron("2027-06-02")
        self.assertEqual(order.order_line[1].billed_until_date, date(2027, 7, 1))
        self.prepare("2027-06-03")
        self.assertEqual(len(order.subscription_renewal_ids), 1)
