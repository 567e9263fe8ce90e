from datetime import date

from odoo.tests import Form, tagged

from ...models.preview.tried import Tried
from ..support.common_operator import OperatorCase


@tagged("post_install", "-at_install")
class TestSimulationOfQuotations(OperatorCase):
    """Quotations are simulated as if confirmed today, deliveries as if they went on."""

    def quote(self, *lines, **values):
        """Return a quotation of the clerk."""
        return self.create_order(*lines, user_id=self.clerk.id, **values).with_user(self.clerk)

    def get_money(self, simulation):
        return [
            (round(month["charged"], 2), round(month["credited"], 2), round(month["mrr"], 2))
            for month in simulation["months"]
        ]

    def open_simulation(self, order):
        action = order.action_subscription_simulate()
        Wizard = self.env[action["res_model"]].with_user(self.clerk)
        return Form(Wizard.with_context(**action["context"]))

    # ------------------------------------------------------------------
    # Quotations
    # ------------------------------------------------------------------

    def test_a_quotation_shows_what_its_contract_would_make(self):
        half_year = self._create_template(
            "Half a year",
            trial_count=14,
            term_count=6,
            term_unit="month",
            end_action="renew",
            renewal_price="list",
        )
        ending = self._create_template("Ends", term_count=3, term_unit="month", end_action="end")
        self.travel("2027-01-31")
        for template in (self.template, half_year, ending):
            order = self.quote(
                self.line_values(
                    self.seat, 3, price_unit=8, intro_discount=50, intro_period_count=2
                ),
                self.line_values(self.hosting, 1, recurrence_id=self.quarter.id),
                self.setup_service,
                template=template,
            )
            facts = self.get_facts(order)
            simulation = order._get_simulation(months=12)
            self.assertFalse(simulation["error"])
            self.assertEqual(len(simulation["months"]), 12)
            self.assertEqual(self.get_facts(order), facts)
            self.assertEqual(order.state, "draft")
            self.assertEqual(simulation["notes"], [f"As if {order.name} were confirmed today."])
            order.action_confirm()
            confirmed = order._get_simulation(months=12)
            self.assertEqual(confirmed["months"], simulation["months"])
            self.assertFalse(confirmed["notes"])

    def test_what_is_sold_once_during_a_free_trial_is_part_of_its_month(self):
        template = self._create_template("Trial", trial_count=1, trial_unit="month")
        order = self.create_order(self.seat, self.setup_service, template=template)
        months = order._get_simulation(months=3)["months"]
        self.assertEqual([month["charged"] for month in months][:2], [250.0, 10.0])
        product = self._create_product("On delivery", 9.0, is_recurring=False)
        product.invoice_policy = "delivery"
        order = self.create_order(self.seat, product)
        notes = " ".join(order._get_simulation()["notes"])
        self.assertIn("On delivery is sold once and billed when it is delivered", notes)

    def test_a_change_can_be_tried_on_a_quotation(self):
        order = self.quote(self.line_values(self.seat, 2))
        self.travel("2027-02-01")
        line = order.order_line
        for tried, expected in (
            (Tried(line=line, day=date(2027, 3, 1), quantity=4.0), [20, 40, 40]),
            (Tried(end=date(2027, 3, 1)), [20, 0, 0]),
        ):
            simulation = order._get_simulation(tried, months=3)
            self.assertEqual([charged for charged, *_ in self.get_money(simulation)], expected)
        form = self.open_simulation(order)
        form.kind = "line"
        self.assertEqual((form.line_id, form.quantity), (line, 2))
        form.quantity = 5
        self.assertEqual(form.result["after"]["months"][0]["charged"], 50.0)
        self.assertEqual(form.result["before"]["months"][0]["charged"], 20.0)
        self.assertFalse(line.segment_ids)

    def test_an_amendment_is_compared_with_the_contract_that_it_changes(self):
        contract = self.create_own_contract(self.line_values(self.seat, 5), day="2027-04-01")
        self.travel("2027-04-16")
        action = contract.action_subscription_amend()
        amendment = contract.browse(action["res_id"])
        amendment.order_line.product_uom_qty = 8
        form = self.open_simulation(amendment)
        self.assertTrue(form.is_amendment)
        before, after = form.result["before"], form.result["after"]
        self.assertEqual(self.get_money(before)[:2], [(0, 0, 50), (50, 0, 50)])
        self.assertEqual(self.get_money(after)[:2], [(15, 0, 80), (80, 0, 80)])
        amendment.action_confirm()
        self.assertEqual(contract._get_simulation()["months"], after["months"])

    # ------------------------------------------------------------------
    # Delivered quantities
    # ------------------------------------------------------------------

    def test_deliveries_are_assumed_to_go_on_as_at_present_and_that_is_said(self):
        hours = self._create_product("Hours", 80.0, invoice_policy="delivery")
        order = self.create_own_contract(hours, self.seat, day="2027-04-01")
        line = order.order_line[0]
        line.qty_delivered = 30
        self.bill(order.sudo(), "2027-05-01")
        line.qty_delivered = 45
        self.travel("2027-05-16")
        simulation = order._get_simulation(months=3)
        text = simulation["notes"][0].replace("\xa0", " ")
        self.assertIn("Hours is billed by delivered quantity", text)
        self.assertIn("go on at 1 Units per day of service, as since 04/01/2027", text)
        self.assertEqual(
            self.get_money(simulation), [(0, 0, 10), (31 * 80 + 10, 0, 10), (30 * 80 + 10, 0, 10)]
        )
        line.qty_delivered = 61
        moves = self.bill(order.sudo(), "2027-06-01")
        self.assertEqual(moves.amount_untaxed, 31 * 80 + 10)

    def test_nothing_is_assumed_where_nothing_was_delivered(self):
        hours = self._create_product("Hours", 80.0, invoice_policy="delivery")
        order = self.quote(hours, self.seat)
        simulation = order._get_simulation(months=2)
        self.assertIn("Nothing was delivered lately of Hours", simulation["notes"][1])
        self.assertEqual([charged for charged, *_ in self.get_money(simulation)], [10, 10])
