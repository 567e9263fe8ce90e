from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..support.common_operator import WizardCase


@tagged("post_install", "-at_install")
class TestMassSwitch(WizardCase):
    """Many contracts are switched to other terms; who is refused stays as it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["subscription.price"].create(
            [
                {
                    "product_tmpl_id": cls.seat.product_tmpl_id.id,
                    "recurrence_id": recurrence.id,
                    "price": price,
                }
                for recurrence, price in ((cls.month, 12.0), (cls.year, 120.0))
            ]
        )

    def prepare_once(self):
        super().prepare_once()
        self.orders = self.env["sale.order"].union(
            self.create_own_contract(self.line_values(self.seat, 3), day="2027-04-01"),
            self.create_own_contract(self.line_values(self.seat, 2)),
            self.create_own_contract(self.line_values(self.seat, 5, price_unit=9.0, discount=10.0)),
        )
        self.travel("2027-04-16")

    def open_mass(self, orders=None, **values):
        action = (
            (orders or self.orders).with_user(self.clerk).action_subscription_change_selection()
        )
        Wizard = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(Wizard.with_context(**action["context"]))
        form.operation = "switch"
        for name, value in values.items():
            form[name] = value
        return form

    def switch(self, form):
        """Press the button and do it in one step."""
        wizard = form.save()
        result = wizard.action_batch(sorted(wizard.action_start()["params"]["order_ids"]))
        return {
            "done_ids": sorted(result["done_ids"]),
            "failed": sorted(result["failed"], key=lambda failed: failed["id"]),
        }

    def get_previews(self, form):
        """Return the previews of the contracts, the oldest contract first."""
        return sorted(form.preview["contracts"], key=lambda contract: contract["id"])

    def get_untaxed(self, preview):
        return sum(document["untaxed"] for document in preview["documents"])

    def get_state(self, order):
        """Return what a refused switch must not touch."""
        return (
            order.subscription_template_id,
            order.order_line.mapped(lambda line: (line.id, line.recurrence_id, line.price_unit)),
            order.order_line.segment_ids.mapped(lambda step: (step.start_date, step.end_date)),
            order.message_ids.ids,
            order.subscription_amendment_ids.ids,
            order.subscription_next_invoice_date,
        )

    def get_live_lines(self, order):
        return order.order_line.filtered(lambda line: not line.segment_ids[-1:].end_date)

    def test_one_refused_contract_is_named_and_unchanged_and_the_others_are_switched(self):
        order = self.orders[1]
        wizard = self.env["subscription.close.wizard"].create(
            {"order_id": order.id, "when": "now", "reason_id": self.reason.id}
        )
        wizard.action_close()
        before = self.get_state(order)
        result = self.switch(self.open_mass(recurrence_id=self.year))
        others = self.orders[0] | self.orders[2]
        self.assertEqual(result["done_ids"], others.ids)
        self.assertEqual([failed["id"] for failed in result["failed"]], order.ids)
        self.assertIn(order.name, result["failed"][0]["reason"])
        self.assertEqual(self.get_state(order), before)
        for contract in others:
            line = self.get_live_lines(contract)
            self.assertEqual(line.recurrence_id, self.year)
            self.assertEqual(line.segment_ids.start_date, date(2027, 4, 16))
            self.assertEqual(contract.subscription_amendment_ids.state, "sale")

    def test_quantities_and_discounts_survive_and_no_price_of_a_month_is_one_of_a_year(self):
        self.switch(self.open_mass(recurrence_id=self.year))
        self.assertEqual(
            [
                (line.product_uom_qty, line.price_unit, line.discount)
                for line in map(self.get_live_lines, self.orders)
            ],
            [(3, 120, 0), (2, 120, 0), (5, 120, 10)],
        )

    def test_the_preview_writes_nothing_and_is_what_is_billed(self):
        facts = self.get_facts(self.orders)
        states = [self.get_state(order) for order in self.orders]
        papers = self.env["sale.order"].search_count([])
        form = self.open_mass(recurrence_id=self.year)
        previews = self.get_previews(form)
        totals = [contract["total"] for contract in previews]
        self.assertEqual(len(totals), 3)
        self.assertAlmostEqual(self.get_untaxed(previews[0]), 360 - 18)
        self.assertAlmostEqual(form.preview["totals"][0]["total"], sum(totals))
        self.assertEqual(self.get_facts(self.orders), facts)
        self.assertEqual([self.get_state(order) for order in self.orders], states)
        self.assertEqual(self.env["sale.order"].search_count([]), papers)
        self.assertEqual(self.switch(form)["failed"], [])
        for order, total in zip(self.orders, totals, strict=True):
            moves = self.bill(order)
            self.assertAlmostEqual(sum(moves.mapped("amount_total_signed")), total)
            self.assertBillsNothing(order)

    def test_the_preview_shows_what_is_sold_once_and_billed_with_the_switch(self):
        contract = self.orders[0]
        contract.order_line = [
            Command.create({"product_id": self.setup_service.id, "product_uom_qty": 2})
        ]
        self.assertEqual(contract.order_line[-1:].qty_to_invoice, 2)
        form = self.open_mass(contract, recurrence_id=self.year)
        preview = self.get_previews(form)[0]
        self.assertAlmostEqual(self.get_untaxed(preview), 360 - 18 + 500)
        self.assertEqual(self.switch(form)["failed"], [])
        moves = self.bill(contract)
        self.assertAlmostEqual(sum(moves.mapped("amount_total_signed")), preview["total"])
        self.assertBillsNothing(contract)

    def test_a_second_time_changes_nothing(self):
        arrears = self._create_template("Arrears", timing="arrears")
        for values in (
            {"recurrence_id": self.year, "switch_mode": "period"},
            {"template_id": arrears},
        ):
            self.assertEqual(self.switch(self.open_mass(**values))["failed"], [])
            states = [self.get_state(order) for order in self.orders]
            form = self.open_mass(**values)
            reasons = [
                f"{order.name} is on this subscription template already." for order in self.orders
            ]
            self.assertEqual([found["error"] for found in self.get_previews(form)], reasons)
            result = self.switch(form)
            self.assertEqual(result["done_ids"], [])
            self.assertEqual([failed["reason"] for failed in result["failed"]], reasons)
            self.assertEqual([self.get_state(order) for order in self.orders], states)

    def test_lines_of_different_periods_are_switched_together_and_once(self):
        contract = self.create_own_contract(
            self.line_values(self.seat, 3),
            self.line_values(self.support, 1, recurrence_id=self.quarter.id),
            day="2027-04-01",
        )
        contract._subscription_change_line(contract.order_line[0], date(2027, 6, 1), quantity=7)
        values = {"recurrence_id": self.year, "switch_mode": "period"}
        self.assertEqual(self.switch(self.open_mass(contract, **values))["failed"], [])
        live = self.get_live_lines(contract)
        self.assertEqual(live.segment_ids.mapped("quantity"), [7, 1])
        self.assertEqual(live.segment_ids.mapped("start_date"), [date(2027, 7, 1)] * 2)
        before = self.get_state(contract)
        failed = self.switch(self.open_mass(contract, **values))["failed"]
        self.assertIn("is on this subscription template already", failed[0]["reason"])
        self.assertEqual(self.get_state(contract), before)

    def test_a_switch_before_a_planned_one_fills_the_days_until_then(self):
        contract = self.orders[0]
        self.switch(self.open_mass(contract, recurrence_id=self.year, switch_mode="period"))
        self.assertEqual(
            self.switch(self.open_mass(contract, recurrence_id=self.year))["failed"], []
        )
        self.assertEqual(
            sorted((step.start_date, step.end_date) for step in contract.order_line.segment_ids),
            [
                (date(2027, 4, 1), date(2027, 4, 16)),
                (date(2027, 4, 16), date(2027, 5, 1)),
                (date(2027, 5, 1), False),
            ],
        )

    def test_with_the_next_period_nothing_is_due_now(self):
        later = self.create_own_contract(self.seat, day="2027-04-10")
        self.travel("2027-04-16")
        orders = self.orders[0] | later
        form = self.open_mass(orders, recurrence_id=self.year, switch_mode="period")
        self.assertEqual(
            [contract["headline"] for contract in self.get_previews(form)],
            ["From 05/01/2027 on:", "From 05/10/2027 on:"],
        )
        self.assertEqual(self.switch(form)["done_ids"], orders.ids)
        self.assertEqual(
            [self.get_live_lines(order).segment_ids.start_date for order in orders],
            [date(2027, 5, 1), date(2027, 5, 10)],
        )
        for order in orders:
            self.assertBillsNothing(order)

    def test_on_a_day_and_only_within_the_limits(self):
        arrears = self._create_template("Arrears", timing="arrears")
        values = {"template_id": arrears, "switch_mode": "date"}
        self.env.company.subscription_backdate_days_user = 3
        form = self.open_mass(**values, switch_date=date(2027, 4, 1))
        reasons = [failed["reason"] for failed in self.switch(form)["failed"]]
        self.assertEqual(len(reasons), 3)
        self.assertIn(f"{self.orders[0].name} may take effect at most 3 days back", reasons[0])
        self.env.company.subscription_backdate_days_user = 31
        self.assertEqual(self.switch(form)["failed"], [])
        self.assertEqual(
            self.orders.order_line.segment_ids.filtered(
                lambda step: step.timing == "arrears"
            ).mapped("start_date"),
            [date(2027, 4, 1)] * 3,
        )

    def test_terms_that_do_not_offer_the_recurrence_are_refused(self):
        monthly = self._create_template("Monthly", recurrence_ids=[Command.clear()])
        states = [self.get_state(order) for order in self.orders]
        form = self.open_mass(template_id=monthly, recurrence_id=self.year)
        result = self.switch(form)
        self.assertEqual(result["done_ids"], [])
        self.assertIn("does not offer", result["failed"][0]["reason"])
        self.assertEqual([self.get_state(order) for order in self.orders], states)

    def test_an_amendment_that_was_signed_is_not_swept_away(self):
        amendment = self.orders[0]._create_amendment()
        amendment.signature = b"R0lGODlhAQABAAD/ACwAAAAAAQABAAACADs="
        result = self.switch(self.open_mass(recurrence_id=self.year))
        self.assertEqual(result["done_ids"], self.orders[1:].ids)
        self.assertIn(amendment.name, result["failed"][0]["reason"])
        self.assertEqual(amendment.state, "draft")

    def test_only_who_may_amend_may_switch(self):
        wizard = self.open_mass(recurrence_id=self.year).save()
        theirs = self.create_own_contract(self.seat)
        theirs.user_id = self.env.ref("base.user_admin")
        self.assertEqual(wizard.action_batch(theirs.ids), {"done_ids": [], "failed": []})
        with self.assertRaises(AccessError):
            theirs.with_user(self.clerk).action_subscription_change_selection()
        seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman_all_leads"
        )
        with self.assertRaises(AccessError):
            self.orders.with_user(seller).action_subscription_change_selection()

    def test_what_is_missing_is_asked_for(self):
        Wizard = self.env["subscription.mass.wizard"].with_user(self.clerk)
        for values in ({}, {"recurrence_id": self.year.id, "switch_mode": "date"}):
            wizard = Wizard.create(
                {
                    "order_ids": [Command.set(self.orders.ids)],
                    "operation": "switch",
                    **values,
                }
            )
            with self.assertRefused("Fill in what shall happen"):
                wizard.action_start()
