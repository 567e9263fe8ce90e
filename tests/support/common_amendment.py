from odoo.tests import new_test_user

from ..common import SubscriptionCommon


class AmendmentCommon(SubscriptionCommon):
    """A monthly contract of 5 seats and one support line, begun on 31 January 2027."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "amender",
            groups="sale_recurring.group_subscription_user_all",
        )

    def prepare_once(self):
        super().prepare_once()
        self.contract = self.create_contract(
            self.line_values(self.seat, 5),
            self.line_values(self.support, 1),
        )
        self.seats, self.help = self.contract.order_line

    def amend(self, contract=None, **values):
        """Return a new amendment of a contract, as a subscription user makes it."""
        contract = (contract or self.contract).with_user(self.user)
        action = contract.action_subscription_amend()
        amendment = contract.browse(action["res_id"])
        if values:
            amendment.write(values)
        return amendment

    def target(self, amendment, line):
        """Return the line of an amendment that goes on with a line of the contract."""
        return amendment.order_line.filtered(
            lambda target: target.subscription_parent_line_id == line
        )

    def assertBillsAmount(self, amendment, contract=None):
        """Confirm an amendment; the next run bills its amount due now, and then nothing."""
        contract = contract or self.contract
        asked = (amendment.amount_untaxed, amendment.amount_tax, amendment.amount_total)
        amendment.action_confirm()
        self.assertEqual(
            (amendment.amount_untaxed, amendment.amount_tax, amendment.amount_total), asked
        )
        moves = self.bill(contract)
        for name, amount in zip(("untaxed", "tax", "total"), asked, strict=True):
            found = sum(moves.mapped(f"amount_{name}_signed"))
            self.assertAlmostEqual(found, amount, 2, name)
        self.assertBillsNothing(contract)
        self.assertLedgerWhole(contract)
        return moves


class LaterCase(AmendmentCommon):
    """A contract that is billed for February, on 15 February 2027."""

    def prepare_once(self):
        super().prepare_once()
        self.bill(self.contract)
        self.travel("2027-02-15")

    def amend_later(self, day="2027-03-10", contract=None, **values):
        return self.amend(
            contract,
            subscription_effective_mode="date",
            subscription_effective_date=day,
            **values,
        )

    def get_reasons(self, amendment):
        return " ".join(amendment.subscription_preview["reasons"]).replace("\xa0", " ")
