from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon


@tagged("post_install", "-at_install")
class TestAmendment(AmendmentCommon):
    """What an amendment is, and what its confirmation does to the contract."""

    def test_an_amendment_shows_the_whole_contract(self):
        self.contract.order_line = [
            Command.create({"display_type": "line_section", "name": "Seats", "sequence": 1}),
            Command.create({"product_id": self.setup_service.id}),
        ]
        amendment = self.amend()
        self.assertEqual(amendment.subscription_order_type, "amendment")
        self.assertEqual(amendment.subscription_parent_id, self.contract)
        self.assertEqual(amendment.state, "draft")
        self.assertEqual(
            amendment.order_line.mapped(lambda line: (line.name, line.product_uom_qty)),
            self.contract.order_line.filtered(
                lambda line: line.product_id != self.setup_service
            ).mapped(lambda line: (line.name, line.product_uom_qty)),
        )
        line = self.target(amendment, self.seats)
        self.assertEqual(
            (
                line.subscription_base_quantity,
                line.subscription_base_price,
                line.subscription_base_discount,
            ),
            (5, self.seats.price_unit, 0),
        )
        self.bill(self.contract)
        amendment._subscription_refresh_quote()
        self.assertFalse(amendment.amount_total)

    def test_more_seats_in_the_middle_of_a_period(self):
        self.bill(self.contract)
        self.travel("2027-02-15")
        amendment = self.amend()
        self.assertFalse(amendment.amount_total)
        self.target(amendment, self.seats).product_uom_qty = 8
        expected = self.currency.round(3 * self.seats.price_unit * 13 / 28)
        self.assertAlmostEqual(amendment.amount_untaxed, expected)
        moves = self.assertBillsAmount(amendment)
        self.assertEqual(len(moves), 1)
        self.assertEqual(moves.invoice_line_ids.sale_line_ids, self.seats)
        self.assertEqual(self.seats.product_uom_qty, 8)
        self.assertEqual(
            self.seats.segment_ids.mapped(lambda step: (step.start_date, step.quantity)),
            [(date(2027, 1, 31), 5), (date(2027, 2, 15), 8)],
        )

    def test_no_invoice_is_needed_first(self):
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        self.assertAlmostEqual(
            amendment.amount_untaxed, 8 * self.seats.price_unit + self.help.price_unit
        )
        self.assertBillsAmount(amendment)

    def test_fewer_seats_give_money_back(self):
        self.bill(self.contract)
        self.travel("2027-02-15")
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 2
        self.assertLess(amendment.amount_total, 0)
        moves = self.assertBillsAmount(amendment)
        self.assertEqual(moves.move_type, "out_refund")

    def test_lines_are_added_and_taken_off(self):
        self.bill(self.contract)
        self.travel("2027-02-15")
        amendment = self.amend()
        self.target(amendment, self.help).unlink()
        amendment.order_line = [
            Command.create({"product_id": self.support.id, "product_uom_qty": 3}),
            Command.create({"product_id": self.setup_service.id}),
            Command.create({"display_type": "line_note", "name": "With regards"}),
        ]
        self.assertBillsAmount(amendment)
        self.assertEqual(self.help.segment_ids.end_date, date(2027, 2, 15))
        added = self.contract.order_line - self.seats - self.help
        self.assertEqual(added.mapped("product_uom_qty"), [3, 1, 0])
        self.assertEqual(added[0].segment_ids.start_date, date(2027, 2, 15))
        self.assertFalse(added[1].segment_ids)

    def test_same_day_change_and_undo_nets_to_zero(self):
        self.bill(self.contract)
        for quantity in (8, 2, 5):
            amendment = self.amend()
            self.target(amendment, self.seats).product_uom_qty = quantity
            self.assertBillsAmount(amendment)
        booked = sum(self.seats.billed_period_ids.mapped("booked_amount"))
        self.assertAlmostEqual(booked, 5 * self.seats.price_unit)
        self.assertEqual(len(self.seats.segment_ids), 1)

    def test_an_amendment_is_paper(self):
        self.bill(self.contract)
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        amendment.order_line = [Command.create({"product_id": self.setup_service.id})]
        self.assertBillsAmount(amendment)
        self.assertEqual(amendment.state, "sale")
        self.assertEqual(amendment.invoice_status, "no")
        self.assertEqual(amendment.order_line.mapped("qty_to_invoice"), [0, 0, 0])
        self.assertEqual(amendment.order_line.mapped("amount_to_invoice"), [0, 0, 0])
        self.assertEqual(amendment.order_line.mapped("untaxed_amount_to_invoice"), [0, 0, 0])
        self.assertFalse(amendment.invoice_ids | amendment.order_line.invoice_lines.move_id)
        self.assertFalse(amendment.order_line.segment_ids)
        self.env.flush_all()
        report = self.env["sale.report"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(
            {record.order_reference for record in report} & {amendment, self.contract},
            {self.contract},
        )
        self.assertNothingFound(self.contract)

    def test_the_contract_says_what_changed(self):
        self.bill(self.contract)
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        amendment.action_confirm()
        body = self.contract.message_ids[0].body
        for text in (amendment.name, self.user.name, "quantity 5 → 8", "Each month"):
            self.assertIn(text, body)
        self.assertEqual(self.contract.subscription_amendment_count, 1)
        action = self.contract.with_user(self.user).action_view_amendments()
        self.assertEqual(self.contract.search(action["domain"]), amendment)

    def test_confirming_one_cancels_the_others(self):
        amendment, other = self.amend(), self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        self.target(other, self.seats).product_uom_qty = 9
        amendment.action_confirm()
        self.assertEqual((amendment.state, other.state), ("sale", "cancel"))
        self.assertIn(amendment.name, other.message_ids[0].body)
        with self.assertRefused("state requiring confirmation"):
            other.action_confirm()

    def test_closing_cancels_open_amendments(self):
        amendment = self.amend()
        self.contract._subscription_close(date(2027, 3, 31))
        self.assertEqual(amendment.state, "cancel")

    def test_a_contract_that_changed_meanwhile_asks_for_a_refresh(self):
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        self.help.product_uom_qty = 4
        self.assertTrue(amendment.subscription_is_outdated)
        with self.assertRefused("Refresh the amendment"):
            amendment.action_confirm()
        amendment.action_subscription_refresh_amendment()
        self.assertFalse(amendment.subscription_is_outdated)
        self.assertEqual(self.target(amendment, self.help).product_uom_qty, 4)
        self.assertEqual(self.target(amendment, self.seats).product_uom_qty, 8)
        self.assertBillsAmount(amendment)

    def test_an_amendment_that_changes_nothing_is_refused(self):
        with self.assertRefused("changes nothing"):
            self.amend().action_confirm()

    def test_an_amendment_that_leaves_nothing_is_refused(self):
        amendment = self.amend()
        amendment.order_line.unlink()
        with self.assertRefused("Close the contract instead"):
            amendment.action_confirm()
        self.assertFalse(self.seats.segment_ids.end_date)
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        self.assertBillsAmount(amendment)

    def test_a_confirmed_amendment_is_not_cancelled(self):
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        amendment.action_confirm()
        with self.assertRefused("has changed its contract already"):
            amendment.action_cancel()

    def test_a_locked_contract_is_changed_by_amendments(self):
        self.bill(self.contract)
        self.contract.action_lock()
        amendment = self.amend()
        self.target(amendment, self.seats).write({"product_uom_qty": 8, "name": "Big seat"})
        self.target(amendment, self.help).unlink()
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        self.assertBillsAmount(amendment)
        self.assertTrue(self.contract.locked)
        self.assertEqual((self.seats.product_uom_qty, self.seats.name), (8, "Big seat"))

    def test_a_paused_contract_is_billed_for_the_change_when_it_goes_on(self):
        self.bill(self.contract)
        self.travel("2027-02-10")
        self.contract._subscription_pause(date(2027, 2, 10), date(2027, 2, 20))
        self.bill(self.contract)
        amendment = self.amend()
        self.target(amendment, self.seats).product_uom_qty = 8
        self.assertFalse(amendment.amount_total)
        amendment.action_confirm()
        self.assertBillsNothing(self.contract)
        self.bill(self.contract, "2027-02-20")
        booked = sum(self.seats.billed_period_ids.mapped("booked_amount"))
        self.assertAlmostEqual(booked, 50 * 10 / 28 + 80 * 8 / 28, 1)
        self.assertLedgerWhole(self.contract)

    def test_a_trial_goes_on_when_seats_are_added(self):
        template = self._create_template("Trial", trial_count=14, trial_unit="day")
        contract = self.create_contract(self.line_values(self.seat, 5), template=template)
        self.travel("2027-02-05")
        amendment = self.amend(contract)
        self.assertEqual(amendment.order_line.mapped("discount"), [0])
        amendment.order_line.product_uom_qty = 8
        self.assertFalse(amendment.amount_total)
        amendment.action_confirm()
        self.assertFalse(self.bill(contract))
        self.assertAlmostEqual(self.bill(contract, "2027-02-14").amount_untaxed, 80)

    def test_no_set_up_fee_on_an_amendment(self):
        self.template.setup_product_id = self.setup_service
        amendment = self.amend()
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        self.assertNotIn(self.setup_service, amendment.order_line.product_id)
        amendment.action_confirm()
        self.assertNotIn(self.setup_service, self.contract.order_line.product_id)
