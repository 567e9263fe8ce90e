import json
from pathlib import Path

from odoo import fields
from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon

PATH = Path(__file__).parents[1] / "engine" / "conformance.json"
MET = ("kb-arrear-7", "kb-bcd-4", "kb-bcd-5", "kb-period-4", "kb-repair-1", "kb-sub-1")
FIRST = {"alignment": "day", "billing_day": 1}
"""Both plans are billed on the first of a month, the day of the account. On terms without such a
day our switch begins a full period."""
REFUSED = {
    "kb-adj-1": "money on account is set off by accounting when the invoice is posted",
    "kb-price-1": "a new catalog price reaches running contracts by a campaign; an amendment says "
    "its own price",
    "kb-period-6": "a pause that moves the anchor is an operation of its own, no amendment",
    "kb-gen-6": "an early end is a closing, no amendment",
}
"""Published cases about changes that amendments do not make, with the reason."""


@tagged("post_install", "-at_install")
class TestAmendmentConformance(AmendmentCommon):
    """Published changes of plans (Kill Bill), made by amendments.

    What is set off: their surplus is kept as account credit; ours is a credit note, or comes off
    the next invoice, as the terms say.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        found = json.loads(PATH.read_text(encoding="utf-8"))
        cls.cases = {case["id"]: case for case in found}
        cls.plan = cls._create_product("Plan", 1.0, taxes_id=False)

    def _start(self, price, day, recurrence=None, **values):
        template = self._create_template("Published", **values)
        contract = self.create_contract(
            self.line_values(
                self.plan,
                price_unit=float(price),
                recurrence_id=(recurrence or self.month).id,
            ),
            template=template,
            day=day,
        )
        self.bill(contract)
        return contract

    def _change(self, contract, day, price, **values):
        """Amend the plan of a contract on a day; return the new lines as published ones."""
        self.travel(day)
        before = set(contract.subscription_billed_period_ids.invoice_line_id.ids)
        amendment = self.amend(contract)
        amendment._get_recurring_lines().write({**values, "price_unit": float(price)})
        return self._confirm(amendment, contract, before)

    def _confirm(self, amendment, contract, before):
        self.assertBillsAmount(amendment, contract)
        lines = contract.subscription_billed_period_ids.invoice_line_id
        return sorted(
            [
                line.deferred_start_date.isoformat(),
                fields.Date.add(line.deferred_end_date, days=1).isoformat(),
                f"{-line.balance:.2f}",
            ]
            for line in lines
            if line.id not in before
        )

    def assertLines(self, found, case, *more):
        self.assertEqual(found, sorted([*case["expected"]["lines"], *more]))

    def _get_case(self, case_id):
        case = self.cases[case_id]
        return case, case["inputs"], case["expected"]

    def test_kb_bcd_5_upgrade_in_the_middle_of_a_period(self):
        case, given, _expected = self._get_case("kb-bcd-5")
        contract = self._start(given["old_price"], given["paid"][0])
        self.assertLines(self._change(contract, given["upgrade"], given["new_price"]), case)

    def test_kb_bcd_4_upgrade_that_moves_the_billing_day(self):
        case, given, expected = self._get_case("kb-bcd-4")
        contract = self._start(given["old_price"], given["paid"][0])
        template = self._create_template("On day 10", alignment="day", billing_day=10)
        self.travel(given["upgrade"])
        before = set(contract.subscription_billed_period_ids.invoice_line_id.ids)
        amendment = self.amend(contract, subscription_template_id=template.id)
        amendment._get_recurring_lines().price_unit = float(given["new_price"])
        self.assertLines(self._confirm(amendment, contract, before), case)
        start, _end, price = expected["next"]
        move = self.bill(contract, start)
        self.assertEqual(f"{move.amount_total:.2f}", price)

    def test_kb_period_4_monthly_to_quarterly(self):
        case, given, expected = self._get_case("kb-period-4")
        contract = self._start(given["old"]["price"], given["old"]["paid"][0], **FIRST)
        found = self._change(
            contract, given["change"], given["new"]["price"], recurrence_id=self.quarter.id
        )
        self.assertLines(found, case)
        start, _end, price = expected["next"]
        self.assertEqual(f"{self.bill(contract, start).amount_total:.2f}", price)

    def test_kb_sub_1_annual_to_monthly(self):
        case, given, expected = self._get_case("kb-sub-1")
        contract = self._start(given["old"]["price"], given["old"]["paid"][0], self.year, **FIRST)
        self.travel(given["change"])
        amendment = self.amend(contract)
        amendment._get_recurring_lines().write(
            {"recurrence_id": self.month.id, "price_unit": float(given["new"]["price"])}
        )
        self.assertEqual(f"{-amendment.amount_total:.2f}", expected["credit"])
        before = set(contract.subscription_billed_period_ids.invoice_line_id.ids)
        self.assertLines(self._confirm(amendment, contract, before), case)

    def test_kb_arrear_7_change_in_arrears_bills_the_days_used(self):
        _case, given, expected = self._get_case("kb-arrear-7")
        contract = self._start(given["price"], given["service_from"], timing="arrears")
        found = self._change(contract, given["service_to_exclusive"], 1200)
        self.assertEqual(
            found, [[given["service_from"], given["service_to_exclusive"], expected["amount"]]]
        )

    def test_kb_repair_1_credit_after_a_manual_credit_note(self):
        _case, given, expected = self._get_case("kb-repair-1")
        start, end, price = given["paid"]
        contract = self._start(price, start)
        self._give_back(contract.invoice_ids, -float(given["manual_adjustment"]))
        found = self._change(contract, given["downgrade_on"], given["new_price"])
        unused = [given["downgrade_on"], end, expected["unused_credit"]]
        self.assertEqual(found, sorted([expected["new_line"], unused]))

    def _give_back(self, invoice, amount):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids.write({"quantity": 1, "price_unit": amount})
        note.action_post()

    def test_each_published_change_is_met_or_refused_for_a_reason(self):
        words = {"change", "upgrade", "downgrade_on", "old_price", "new_price", "new"}
        about_changes = {
            case_id
            for case_id, case in self.cases.items()
            if case_id.startswith("kb-") and words & case["inputs"].keys()
        }
        self.assertFalse(about_changes - set(MET) - REFUSED.keys())
        self.assertLessEqual({*MET, *REFUSED}, self.cases.keys())
        names = [name for name in dir(self) if name.startswith("test_kb_")]
        self.assertEqual(len(names), len(MET))
