from odoo.fields import Command
from odoo.tests import tagged

from ..support.common_payment import PaymentCommon


@tagged("post_install", "-at_install")
class TestPreviewTaxes(PaymentCommon):
    """What is announced has the taxes with which it will be billed, also after a move."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.vat = False
        cls.abroad = cls.env.ref("base.nz")
        cls.position = cls.env["account.fiscal.position"].create(
            {"name": "Abroad", "auto_apply": True, "country_id": cls.abroad.id, "sequence": 1}
        )
        cls.foreign_tax = cls._create_tax(
            7,
            fiscal_position_ids=[Command.link(cls.position.id)],
            original_tax_ids=[Command.link(cls.tax.id)],
        )

    def _create_moved(self, *lines):
        """Return a contract that is billed once and whose customer then moves abroad."""
        order = self.create_contract(*(lines or [self.line_values(self.seat, 3)]))
        self.book_payment(self.bill(order))
        self.travel("2027-02-10")
        self.partner.country_id = self.abroad
        return order

    def test_next_amount_is_what_the_run_bills(self):
        order = self._create_moved()
        preview = order._get_next_invoice_preview()
        self.assertEqual(order.subscription_amount_next, 32.1)
        self.assertEqual(preview["documents"][0]["tax"], 2.1)
        self.assertEqual(order.subscription_period_totals[0]["total"], 32.1)
        self.assertEqual(order._get_simulation()["months"][0]["documents"][0]["total"], 32.1)
        self.assertEqual(order.order_line.tax_ids, self.tax, "looking changes nothing")
        self.assertEqual(self.bill(order, "2027-02-28").amount_total, 32.1)

    def test_next_period_can_be_paid_after_a_move(self):
        order = self._create_moved()
        offer = order._get_pay_ahead_offer()
        self.assertEqual(offer["amount"], 32.1)
        draft = order._subscription_begin_prepayment(offer["day"], offer["amount"])
        self.assertEqual(draft.amount_total, 32.1)

    def test_taxes_that_somebody_typed_stay_in_the_preview(self):
        typed = self._create_tax(3)
        order = self._create_moved(
            self.line_values(self.seat, 10, tax_ids=[Command.set(typed.ids)])
        )
        self.assertEqual(order.subscription_amount_next, 103.0)
        self.assertEqual(self.bill(order, "2027-02-28").amount_total, 103.0)

    def test_new_rate_of_a_product_is_announced(self):
        order = self.create_contract(self.line_values(self.seat, 10))
        self.bill(order)
        self.seat.taxes_id = self._create_tax(25)
        self.assertEqual(order.subscription_amount_next, 125.0)

    def test_one_off_line_is_announced_with_the_taxes_of_the_day(self):
        order = self._create_moved()
        order.order_line = [
            Command.create(
                {"product_id": self.setup_service.id, "tax_ids": [Command.set(self.tax.ids)]}
            )
        ]
        billed = order._get_billing_preview(self.travel("2027-02-28"))
        self.assertEqual(billed["total"], self.bill(order).amount_total)

    def test_amendment_asks_for_the_taxes_of_the_day(self):
        order = self._create_moved(self.line_values(self.seat, 28))
        amendment = self.env["sale.order"].browse(order.action_subscription_amend()["res_id"])
        amendment.order_line.product_uom_qty = 56
        asked = amendment.amount_total
        amendment.action_confirm()
        billed = self.bill(order)
        self.assertEqual(sum(billed.mapped("amount_total")), asked)

    def test_amendment_asks_for_the_taxes_of_the_day_of_what_it_adds(self):
        self.travel("2027-01-31")
        for sold in ({}, {"tax_ids": [Command.set(self.tax.ids)]}):
            with self.subTest(sold=sold):
                self.partner.country_id = self.company.country_id
                order = self.create_contract(self.line_values(self.seat, 28), day="2027-01-31")
                self.bill(order)
                amendment = order._create_amendment()
                amendment.order_line = [
                    Command.create({"product_id": self.hosting.id}),
                    Command.create({"product_id": self.setup_service.id, **sold}),
                ]
                self.env.flush_all()  # it was saved on another day
                self.assertEqual(amendment.amount_tax, 73.98)
                self.partner.country_id = self.abroad
                amendment.invalidate_recordset()
                self.assertEqual(amendment._get_due_now_totals()["tax_amount_currency"], 25.89)
                amendment.action_confirm()
                billed = self.bill(order)
                self.assertEqual(billed.invoice_line_ids.tax_ids, self.foreign_tax)
                self.assertEqual((billed.amount_untaxed, billed.amount_tax), (369.9, 25.89))
                self.assertEqual(amendment.amount_total, billed.amount_total)
