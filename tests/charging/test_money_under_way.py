from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_payment import PaymentCommon


class UnderWayCase(PaymentCommon):
    """A clerk, and a debit of an invoice whose outcome nobody knows yet."""

    def prepare_once(self):
        super().prepare_once()
        self.clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")

    def charge_pending(self, order):
        """Bill a contract and charge its document; return it."""
        document = self.bill(order)
        self.run_charges()
        self.charge = document.transaction_ids
        self.assertEqual(self.charge.state, "pending")
        return document

    def end(self, state):
        """Let the bank say how the debit ended."""
        getattr(self.charge, f"action_demo_set_{state}")()
        self.charge._post_process()


@tagged("post_install", "-at_install")
class TestMoneyUnderWay(UnderWayCase):
    """An invoice stays as it is while its money is under way, and its period is charged once."""

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_charged_contract("pending")
        self.invoice = self.charge_pending(self.order)

    def credit(self, effect="adjust", modify=False):
        """Let the clerk credit the invoice as the wizard does."""
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id})
        )
        wizard.subscription_credit_effect = effect
        wizard.reverse_moves(is_modify=modify)
        return wizard.new_move_ids

    def test_no_door_takes_the_invoice_back(self):
        move = self.invoice.with_user(self.clerk)
        doors = (
            move.button_draft,
            move.button_cancel,
            lambda: move.write({"state": "draft"}),
            lambda: self.credit("again"),
            lambda: self.credit(modify=True),
        )
        for door in doors:
            with self.assertRefused("under way"), self.env.cr.savepoint():
                door()
        self.assertEqual(self.invoice.state, "posted")
        self.end("done")
        self.assertFalse(self.invoice.amount_residual)

    def test_a_payment_of_the_customer_closes_the_same_doors(self):
        self.end("error")
        self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="by form",
            amount=36,
            invoice_ids=[Command.set(self.invoice.ids)],
        )._set_pending()
        with self.assertRefused("under way"):
            self.invoice.with_user(self.clerk).button_cancel()

    def test_a_draft_that_is_being_paid_is_neither_deleted_nor_cancelled(self):
        template = self._create_template("Paid first", payment_mode="after_payment")
        order = self.create_contract(self.seat, template=template)
        draft = self.bill(order)
        self.create_payment(
            order,
            sale_order_ids=False,
            reference="by form",
            amount=12,
            invoice_ids=[Command.set(draft.ids)],
        )._set_pending()
        for door in (draft.unlink, draft.button_cancel, order._action_cancel):
            with self.assertRefused("under way"), self.env.cr.savepoint():
                door()

    def test_doors_open_once_the_debit_failed(self):
        self.end("error")
        self.invoice.with_user(self.clerk).button_cancel()
        self.assertEqual(self.invoice.state, "cancel")

    def test_a_promise_closes_no_door(self):
        self.end("error")
        provider = self.env["payment.provider"].create({"name": "Wire", "code": "none"})
        self.create_payment(
            self.order,
            sale_order_ids=False,
            provider_id=provider.id,
            reference="wire",
            amount=36,
            invoice_ids=[Command.set(self.invoice.ids)],
        )._set_pending()
        self.invoice.with_user(self.clerk).button_cancel()
        self.assertEqual(self.invoice.state, "cancel")

    def test_a_credit_note_waits_for_the_money(self):
        credit = self.credit()
        credit.action_post()
        self.assertEqual((self.invoice.amount_residual, credit.amount_residual), (36, 36))
        self.assertIn(credit.name, self.order.activity_ids[-1:].note)
        self.end("done")
        self.assertFalse(self.invoice.amount_residual)
        self.assertEqual(credit.amount_residual, 36)
        self.assertEqual(credit.subscription_amount_refundable, 36)
        notes = " ".join(self.order.activity_ids.mapped("note"))
        self.assertIn("still owed to the customer", notes)

    def test_a_credit_note_is_taken_off_once_the_debit_failed(self):
        credit = self.credit()
        credit.action_post()
        self.end("error")
        self.assertFalse(self.invoice.amount_residual or credit.amount_residual)

    def test_money_back_of_a_closing_waits_as_well(self):
        self.order._subscription_close(date(2027, 2, 14))
        self.bill(self.order, "2027-02-14")
        credit = self.order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertTrue(credit.amount_residual)
        self.assertEqual(self.invoice.amount_residual, 36)
        self.end("done")
        self.assertFalse(self.invoice.amount_residual)
        self.assertTrue(credit.amount_residual)
        self.assertIn(credit.name, " ".join(self.order.activity_ids.mapped("note")))

    def test_what_our_own_charge_took_too_much_is_asked_about(self):
        self.book_payment(self.invoice, amount=10)
        self.end("done")
        self.assertEqual(self.charge.payment_id.subscription_amount_overpaid, 10)
        self.assertIn("paid too much", " ".join(self.order.activity_ids.mapped("summary")))

    def test_money_of_a_cancelled_invoice_is_asked_about(self):
        self.end("done")
        self.invoice.with_user(self.clerk).button_cancel()
        self.assertEqual(self.charge.payment_id.subscription_amount_overpaid, 36)
        self.assertEqual(self.order.activity_ids.mapped("subscription_matter"), ["overpaid"])

    def test_a_period_is_not_charged_while_older_money_for_it_is_under_way(self):
        self.end("error")
        form = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="by form",
            amount=36,
            invoice_ids=[Command.set(self.invoice.ids)],
        )
        self.invoice.button_cancel()
        # The customer had the form open and sends it now.
        form._set_pending()
        self.order.subscription_payment_token_id.demo_simulated_state = "done"
        again = self.bill(self.order)
        self.assertEqual(again.amount_total, 36)
        self.run_charges()
        self.assertFalse(again.transaction_ids)
        form._set_error("no")
        form._post_process()
        again._as_system().subscription_charge_attempted_at = False
        self.run_charges()
        self.assertFalse(again.amount_residual)

    def test_another_period_is_charged_meanwhile(self):
        self.order.subscription_payment_token_id.demo_simulated_state = "done"
        following = self.bill(self.order, "2027-02-28")
        self.run_charges()
        self.assertFalse(following.amount_residual)
        self.assertEqual(self.invoice.amount_residual, 36)


@tagged("post_install", "-at_install")
class TestDraftUnderWay(UnderWayCase):
    """A draft that waits for its money asks for what is coming, until the outcome is known."""

    def prepare_once(self):
        super().prepare_once()
        template = self._create_template("Paid first", payment_mode="after_payment")
        self.order = self.create_contract(
            self.line_values(self.seat, 3),
            template=template,
            subscription_payment_token_id=self.create_token("pending").id,
        )
        self.draft = self.charge_pending(self.order)

    def get_changes(self):
        """Return what a clerk may try to change of the draft, by name."""
        draft = self.draft.with_user(self.clerk)
        line = draft.invoice_line_ids
        other = self.env["res.partner"].create({"name": "Other"})
        euro = self.env.ref("base.EUR" if self.currency.name != "EUR" else "base.USD")
        euro.active = True
        update = Command.update
        return {
            "price": lambda: draft.write(
                {"invoice_line_ids": [update(line.id, {"price_unit": 20})]}
            ),
            "price of the line": lambda: line.write({"price_unit": 5}),
            "quantity": lambda: line.write({"quantity": 1}),
            "discount": lambda: line.write({"discount": 50}),
            "tax": lambda: line.write({"tax_ids": [Command.clear()]}),
            "customer": lambda: draft.write({"partner_id": other.id}),
            "currency": lambda: draft.write({"currency_id": euro.id}),
            "new line": lambda: draft.write(
                {"invoice_line_ids": [Command.create({"name": "More", "price_unit": 10})]}
            ),
            "line gone": lambda: draft.write({"invoice_line_ids": [Command.delete(line.id)]}),
            "credit note": draft.action_switch_move_type,
        }

    def test_a_draft_asks_for_what_is_coming(self):
        for name, change in self.get_changes().items():
            with self.subTest(name), self.assertRefused("under way"), self.env.cr.savepoint():
                change()
        self.assertEqual(self.draft.amount_total, 36)
        self.end("done")
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0))

    def test_words_and_dates_may_change(self):
        draft = self.draft.with_user(self.clerk)
        draft.write({"ref": "Order 7", "narration": "Thanks", "invoice_date_due": "2027-03-01"})
        draft.invoice_line_ids[0].name = "Three seats"
        self.end("done")
        self.assertEqual((self.draft.state, self.draft.amount_residual), ("posted", 0))

    def test_a_draft_may_change_once_the_debit_failed(self):
        self.end("error")
        self.draft.with_user(self.clerk).invoice_line_ids.price_unit = 5
        self.assertEqual(self.draft.amount_total, 18)

    def test_a_form_in_another_currency_does_not_pay_the_whole(self):
        self.end("error")
        form = self.create_payment(
            self.order,
            sale_order_ids=False,
            reference="by form",
            amount=36,
            invoice_ids=[Command.set(self.draft.ids)],
        )
        other = self.env.ref("base.EUR" if self.currency.name != "EUR" else "base.USD")
        other.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "rate": 0.5, "name": "2027-01-01"}
        )
        self.draft.currency_id = other
        form._set_done()
        form._post_process()
        # 36.00 of the company's currency are 18.00 of the other one.
        self.assertEqual(self.draft.state, "draft")
