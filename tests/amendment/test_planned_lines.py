from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from ...models.portal.contract_page import ContractPage
from ..support.common_amendment import LaterCase


@tagged("post_install", "-at_install")
class TestPlannedLines(LaterCase):
    """Lines that an amendment lets begin or end on a later day are listed, and revocable."""

    def get_planned(self):
        self.contract.invalidate_recordset(["subscription_planned_ids"])
        return self.contract.with_user(self.user).subscription_planned_ids

    def test_a_line_that_ends_later_is_listed_and_goes_on_when_that_is_revoked(self):
        amendment = self.amend_later()
        self.target(amendment, self.help).unlink()
        amendment.action_confirm()
        planned = self.get_planned()
        self.assertEqual(
            planned.mapped(lambda step: (step.planned_date, step.product_id, step.change_text)),
            [(date(2027, 3, 10), self.support, "Ends")],
        )
        self.assertEqual(self.contract.subscription_planned_count, 1)
        planned.action_revoke()
        self.assertFalse(self.get_planned())
        self.assertFalse(self.help.segment_ids.end_date)
        self.assertIn("does not end on", self.contract.message_ids[0].body)
        self.assertAlmostEqual(self.bill(self.contract, "2027-02-28").amount_untaxed, 83.33)

    def test_a_line_that_goes_on_again_keeps_what_was_planned_for_later(self):
        self.contract._subscription_change_line(
            self.help, date(2027, 3, 31), until=date(2027, 5, 31), discount=50
        )
        self.contract._subscription_change_line(self.seats, date(2027, 5, 31), price_unit=12)
        before = [line._get_engine_segments() for line in (self.help, self.seats)]
        for spoil in ("unlink", "switch"):
            with self.subTest(spoil):
                amendment = self.amend_later()
                if spoil == "unlink":
                    self.target(amendment, self.help).unlink()
                else:
                    amendment._get_recurring_lines().recurrence_id = self.year
                amendment.action_confirm()
                while planned := self.get_planned().filtered(
                    lambda step: step._get_planned_kind() != "change"
                ):
                    planned[0].action_revoke()
                after = [line._get_engine_segments() for line in (self.help, self.seats)]
                self.assertEqual(after, before)
        self.contract.subscription_end_date = "2027-04-30"
        amendment = self.amend_later()
        self.target(amendment, self.help).unlink()
        amendment.action_confirm()
        self.get_planned().filtered(lambda step: step.line_id == self.help).action_revoke()
        self.contract.subscription_end_date = False
        after = [line._get_engine_segments() for line in (self.help, self.seats)]
        self.assertEqual(after, before)

    def test_a_line_that_begins_later_is_listed_and_never_billed_when_that_is_revoked(self):
        amendment = self.amend_later()
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        amendment.action_confirm()
        planned = self.get_planned()
        self.assertEqual(planned.mapped("planned_date"), [date(2027, 3, 10)])
        self.assertIn("Begins: quantity 1, $ 119.90", planned.change_text.replace("\xa0", " "))
        self.assertTrue(planned.is_revocable)
        planned.action_revoke()
        self.assertFalse(self.get_planned())
        self.bill(self.contract, "2027-02-28")
        self.assertFalse(self.bill(self.contract, "2027-03-10"))
        self.assertNothingFound(self.contract)

    def test_a_switch_is_one_planned_change_and_is_taken_back_as_a_whole(self):
        amendment = self.amend_later(subscription_all_recurrence_id=self.year.id)
        amendment.action_confirm()
        self.assertEqual(self.contract.subscription_anchor_date, date(2027, 3, 10))
        planned = self.get_planned()
        self.assertEqual(planned.product_id, self.seat | self.support)
        self.assertEqual(len(planned), 2)
        self.assertIn("Takes the place of Seat", planned[0].change_text)
        for step in planned:
            step.action_revoke()
        self.assertFalse(self.get_planned())
        self.assertEqual(self.contract.subscription_anchor_date, date(2027, 1, 31))
        self.assertEqual(self.seats.segment_ids.mapped("end_date"), [False])
        self.assertAlmostEqual(self.bill(self.contract, "2027-02-28").amount_untaxed, 83.33)
        self.assertNothingFound(self.contract)

    def test_the_end_of_the_contract_is_no_planned_change_of_a_line(self):
        self.contract.subscription_end_date = "2027-06-30"
        self.assertFalse(self.get_planned())

    def test_a_line_that_ends_before_its_contract_is_listed(self):
        self.contract.subscription_end_date = "2027-06-30"
        amendment = self.amend_later()
        self.target(amendment, self.help).unlink()
        amendment.action_confirm()
        planned = self.get_planned()
        self.assertEqual(planned.product_id, self.support)
        planned.action_revoke()
        self.assertEqual(self.help.segment_ids.end_date, date(2027, 6, 30))

    def test_what_is_sold_once_later_is_listed_until_it_is_billed(self):
        amendment = self.amend_later()
        amendment.order_line = [Command.create({"product_id": self.setup_service.id})]
        amendment.action_confirm()
        contract = self.contract.with_user(self.user)
        contract.invalidate_recordset()
        line = contract.subscription_planned_once_ids
        self.assertEqual(line.product_id, self.setup_service)
        self.assertEqual(line.one_off_bill_date, date(2027, 3, 10))
        planned = ContractPage(self.contract).planned
        self.assertEqual([row["day"] for row in planned], ["03/10/2027"])
        self.assertIn("Sold once: quantity 1, $ 250.00", planned[0]["text"].replace("\xa0", " "))
        for day in ("2027-02-28", "2027-03-10"):
            self.bill(self.contract, day)
        self.contract.invalidate_recordset()
        self.assertFalse(self.contract.subscription_planned_once_ids)

    def test_what_was_billed_by_hand_before_is_not_listed(self):
        amendment = self.amend_later()
        amendment.order_line = [Command.create({"product_id": self.setup_service.id})]
        amendment.action_confirm()
        line = self.contract.order_line.filtered(lambda line: not line.recurrence_id)
        line.product_uom_qty = 0
        self.contract.invalidate_recordset()
        self.assertFalse(self.contract.subscription_planned_once_ids)

    def test_lines_say_from_when_or_until_when_they_are_in_force(self):
        amendment = self.amend_later()
        self.target(amendment, self.help).unlink()
        amendment.order_line = [Command.create({"product_id": self.hosting.id})]
        amendment.action_confirm()
        lines = self.contract.with_user(self.user).order_line
        self.assertEqual(lines.mapped("service_text"), [False, False, "from 03/10/2027"])
        self.assertFalse(any(lines.mapped("is_over")))
        for day in ("2027-02-28", "2027-03-10"):
            self.bill(self.contract, day)
        lines.invalidate_recordset()
        self.assertEqual(lines.mapped("service_text"), [False, "until 03/09/2027", False])
        self.assertEqual(lines.mapped("is_over"), [False, True, False])
