from lxml import etree
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestInstalments(PaymentCommon):
    """What is due, and when, is what core says: instalments and early discounts count."""

    def create_term(self, *parts, **values):
        """Return a payment term, from (percent, days)."""
        return self.env["account.payment.term"].create(
            {
                "name": "Parts",
                "line_ids": [Command.clear()]
                + [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in parts
                ],
                **values,
            }
        )

    def test_each_instalment_is_charged_on_its_day(self):
        term = self.create_term((50, 0), (50, 60))
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.mapped("amount"), [18])
        self.assertEqual(invoice.amount_residual, 18)
        self.travel("2027-03-31")
        self.run_charges()
        self.assertEqual(invoice.amount_residual, 18)
        self.travel("2027-04-01")
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.mapped("amount"), [18, 18])
        self.assertFalse(invoice.amount_residual)

    def test_only_what_is_due_is_charged_next_to_a_payment_under_way(self):
        term = self.create_term((50, 0), (50, 60))
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.create_payment(
            order, sale_order_ids=False, reference="form", amount=18, invoice_ids=invoice
        )._set_pending()
        self.run_charges()
        self.assertEqual(len(invoice.transaction_ids), 1)

    def test_an_early_discount_is_kept_while_it_holds(self):
        term = self.create_term(
            (100, 30),
            early_discount=True,
            discount_percentage=10,
            discount_days=7,
        )
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        expected = invoice._get_invoice_next_payment_values()["amount_due"]
        self.assertLess(expected, 36)
        invoice.action_subscription_charge_early()
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.amount, expected)
        self.assertFalse(invoice.amount_residual)

    def test_an_early_discount_that_is_over_is_not_given(self):
        term = self.create_term(
            (100, 30), early_discount=True, discount_percentage=10, discount_days=7
        )
        order = self.create_charged_contract(payment_term_id=term.id)
        invoice = self.bill(order)
        self.travel(invoice.invoice_date_due)
        self.run_charges()
        self.assertEqual(invoice.transaction_ids.amount, 36)

    def test_what_is_asked_for_is_what_core_asks_for(self):
        terms = [
            self.create_term((50, 0), (50, 60)),
            self.create_term((30, 10), (30, 20), (40, 30)),
            self.create_term((33.33, 5), (66.67, 40)),
        ] + [
            self.create_term(
                (100, 30),
                early_discount=True,
                discount_percentage=5,
                discount_days=9,
                early_pay_discount_computation=how,
            )
            for how in ("included", "excluded", "mixed")
        ]
        orders = self.env["sale.order"].browse()
        for term in terms:
            for paid in (0, 7, 18, 20.5, 36):
                order = self.create_contract(
                    self.line_values(self.seat, 3), payment_term_id=term.id
                )
                invoice = self.bill(order)
                if paid:
                    self.book_payment(invoice, amount=min(paid, invoice.amount_total))
                orders |= order
        asked = set()
        for day in ("2027-01-31", "2027-02-09", "2027-02-11", "2027-02-21", "2027-04-20"):
            self.travel(day)
            for invoice in orders.invoice_ids:
                due = invoice._get_amount_due_now()
                self.assertAlmostEqual(due, self.get_asked_by_core(invoice), 2, (day, invoice))
                asked.add(due)
        self.assertGreater(len(asked), 10)

    def get_asked_by_core(self, invoice):
        """Return what core's page asks for first; in parts it names the next amount."""
        values = invoice._get_invoice_next_payment_values()
        is_in_parts = values["installment_state"] in ("overdue", "next")
        return values["next_amount_to_pay" if is_in_parts else "amount_due"]

    def test_a_term_that_is_edited_later_changes_nothing_of_an_invoice(self):
        parts = self.create_term((50, 0), (50, 60))
        whole = self.create_term((100, 60))
        orders = [self.create_charged_contract(payment_term_id=term.id) for term in (parts, whole)]
        in_parts, at_once = (self.bill(order) for order in orders)
        parts.line_ids[0].unlink()
        parts.line_ids.value_amount = 100
        whole.line_ids.value_amount = 50
        whole.line_ids = [Command.create({"value": "percent", "value_amount": 50, "nb_days": 0})]
        self.assertEqual(in_parts._get_amount_due_now(), 18)
        self.travel("2027-02-05")
        self.assertEqual(self.search_late(orders[0] + orders[1]), orders[0])
        self.run_charges()
        self.assertEqual(in_parts.transaction_ids.mapped("amount"), [18])
        self.assertFalse(at_once.transaction_ids)
        self.travel("2027-04-01")
        self.assertEqual(at_once._get_amount_due_now(), 36)
        self.run_charges()
        self.assertFalse(in_parts.amount_residual or at_once.amount_residual)

    def test_late_payers_are_those_who_owe_a_part(self):
        term = self.create_term((50, 0), (50, 60))
        order = self.create_contract(self.line_values(self.seat, 3), payment_term_id=term.id)
        invoice = self.bill(order)
        self.assertFalse(self.search_late(order))
        self.travel("2027-02-05")
        self.assertEqual(self.search_late(order), order)
        self.book_payment(invoice, amount=18)
        self.assertFalse(self.search_late(order))

    def search_late(self, order):
        """Return the contracts that the filter of late payers shows."""
        view = self.env.ref("sale_recurring.subscription_contract_view_search")
        (node,) = etree.fromstring(view.arch).xpath("//filter[@name='overdue_invoices']")
        domain = Domain(safe_eval(node.get("domain"), {}))
        return order.search(domain & Domain("id", "in", order.ids))
