from odoo.tests import tagged

from ..support.common_amendment import AmendmentCommon
from ..support.common_combo import ComboCase


@tagged("post_install", "-at_install")
class TestLinkedLines(AmendmentCommon, ComboCase):
    """Options that were sold with another product go on without it, and hang on it where it is."""

    def create_with_option(self, product, **values):
        """Return a billed contract over support that was chosen as an option of a product."""
        template = self._create_template("Quoted", term_count=3, end_action="quote")
        order = self.create_order(product, self.seat, self.support, template=template, **values)
        order.order_line[2].linked_line_id = order.order_line[0]
        order.action_confirm()
        self.bill(order)
        return order

    def get_names(self, order):
        return [
            (line.product_id.name, line.linked_line_id.product_id.name) for line in order.order_line
        ]

    def assertGoesOn(self, order):
        """An amendment, a renewal and a duplicate have what goes on, without a link to the rest."""
        found = [
            self.get_names(made) for made in (self.amend(order), order._create_renewal_quotation())
        ]
        self.assertEqual(found, [[("Seat", False), ("Support", False)]] * 2)

    def test_option_of_something_that_was_sold_once(self):
        order = self.create_with_option(self.setup_service)
        self.assertGoesOn(order)
        names = [("Set-up", False), ("Seat", False), ("Support", "Set-up")]
        self.assertEqual(self.get_names(order.copy()), names)

    def test_option_of_something_that_has_ended(self):
        order = self.create_with_option(self.hosting)
        self.travel("2027-02-10")
        amendment = self.amend(order)
        amendment.order_line[0].product_uom_qty = 0
        amendment.action_confirm()
        self.bill(order)
        self.travel("2027-02-11")
        self.assertGoesOn(order)
        self.assertEqual(self.get_names(order.copy()), [("Seat", False), ("Support", False)])

    def test_option_of_something_that_goes_on(self):
        order = self.create_with_option(self.hosting)
        names = [("Hosting", False), ("Seat", False), ("Support", "Hosting")]
        self.assertEqual(self.get_names(self.amend(order)), names)
        self.assertEqual(self.get_names(order._create_renewal_quotation()), names)

    def test_option_that_an_amendment_adds(self):
        amendment = self.amend()
        target = self.target(amendment, self.seats)
        new = target.create({"order_id": amendment.id, **self.line_values(self.hosting)})
        new.linked_line_id = target
        self.assertBillsAmount(amendment)
        self.assertEqual(self.contract.order_line[-1].linked_line_id, self.seats)

    def test_combo_that_is_switched_to_another_recurrence(self):
        contract = self.create_combo(2)
        contract.action_confirm()
        self.bill(contract)
        amendment = self.amend(contract)
        amendment.subscription_all_recurrence_id = self.year
        self.assertBillsAmount(amendment, contract)
        items = contract.order_line.filtered(lambda line: line.recurrence_id == self.year)
        self.assertEqual(len(items), 2)
        self.assertEqual(items.linked_line_id, contract.order_line[0])
