import gc
from unittest.mock import patch

from odoo import sql_db
from odoo.fields import Command
from odoo.tests import tagged

from ... import const
from ...models.billing.billing_run import tidying_up_later
from ..common import SubscriptionCommon

BATCH = const.sealed(const.BATCH_KEY)


@tagged("post_install", "-at_install")
class TestRunCost(SubscriptionCommon):
    """What a batch does once, whatever it bills and whatever was billed before."""

    def create_contracts(self, count, day):
        """Create contracts of two lines from a day on."""
        orders = (
            self.create_contract(self.line_values(self.seat, 2), self.support, day=day)
            for _number in range(count)
        )
        return self.env["sale.order"].union(*orders)

    def record_run(self, day):
        """Return the statements of a run on a day."""
        sent, execute = [], sql_db.Cursor.execute

        def record(cursor, *args, **kwargs):
            result = execute(cursor, *args, **kwargs)
            sent.append(cursor._obj.query.decode())
            return result

        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        with patch.object(sql_db.Cursor, "execute", record):
            self.run_cron(day)
        return sent

    # ------------------------------------------------------------------
    # Once per batch
    # ------------------------------------------------------------------

    def test_lines_of_a_batch_are_written_once_after_they_were_made(self):
        self.create_contracts(3, "2027-01-01")
        self.run_cron("2027-01-01")
        sent = self.record_run("2027-02-01")
        writes = [text for text in sent if text.split()[:2] == ["UPDATE", '"account_move_line"']]
        posted = [text for text in writes if '"move_name"' in text]
        self.assertEqual(len(posted), 2)  # those of payment terms get a name besides
        # Where stock is there, it looks at drafts while they are posted.
        self.assertEqual(len(writes) - len(posted), int("stock.move" in self.env))

    def test_no_run_adds_up_what_was_invoiced_before(self):
        orders = self.create_contracts(2, "2027-01-01")
        self.run_cron("2027-01-01")
        sent = self.record_run("2027-02-01")
        self.assertFalse([text for text in sent if "FROM sale_order_line_invoice_rel" in text])
        self.assertEqual(set(orders.order_line.mapped("qty_invoiced")), {2.0, 1.0})
        self.assertTotalsWhole(orders)

    def test_contracts_of_a_batch_share_their_environments(self):
        """Each look for an environment goes through all that there are."""
        counts = {}
        bill = self.env.registry["sale.order"]._update_subscription_dates

        def count(orders):
            counts[len(orders)] = len(orders.env.transaction.envs)
            return bill(orders)

        with patch.object(self.env.registry["sale.order"], "_update_subscription_dates", count):
            for number, day in ((2, "2027-01-01"), (12, "2027-02-01")):
                self.env.flush_all()
                orders = self.create_contracts(number, day)
                gc.collect()
                with tidying_up_later():
                    self.bill(orders)
        self.assertLess(counts[12] - counts[2], 5, counts)

    # ------------------------------------------------------------------
    # Totals that are kept
    # ------------------------------------------------------------------

    def assertTotalsWhole(self, orders):
        """What is stored of each line is what core adds up."""
        lines = orders.order_line
        stored = lines.mapped("untaxed_amount_invoiced")
        self.env.add_to_compute(lines._fields["untaxed_amount_invoiced"], lines)
        self.assertEqual(stored, lines.mapped("untaxed_amount_invoiced"))
        return stored

    def test_totals_follow_invoices_credits_and_drafts(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-01-01")
        line = order.order_line
        self.bill(order)
        self.assertEqual(self.assertTotalsWhole(order), [30.0])
        self.travel("2027-01-17")
        order._subscription_close(order._subscription_today())
        self.bill(order)
        credit = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(credit.state, "posted")
        [total] = self.assertTotalsWhole(order)
        self.assertAlmostEqual(total, 30.0 - credit.amount_untaxed)
        order.invoice_ids.filtered(lambda move: move.state == "posted")[:1].button_draft()
        self.assertTotalsWhole(line.order_id)

    def test_a_draft_of_the_run_counts_when_it_is_posted(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_contract(self.seat, day="2027-04-01", template=template)
        draft = self.bill(order)
        self.assertEqual(self.assertTotalsWhole(order), [0.0])
        draft.action_post()
        self.assertEqual(self.assertTotalsWhole(order), [10.0])

    def test_what_is_invoiced_in_another_currency_is_left_to_core(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        self.bill(order)
        other = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rate_ids": [Command.create({"name": "2027-01-01", "rate": 2.0})],
            }
        )
        line = order.order_line
        with order.order_line._adding_invoiced_totals() as add:
            move = order.invoice_ids.copy({"invoice_date": "2027-04-01", "currency_id": other.id})
            move.invoice_line_ids.sale_line_ids = line
            move.action_post()
            self.assertEqual(line.untaxed_amount_invoiced, 10.0)
            add(move)
        self.assertEqual(self.assertTotalsWhole(order), [15.0])

    # ------------------------------------------------------------------
    # Payments
    # ------------------------------------------------------------------

    def test_payments_of_documents_are_found_in_a_batch_too(self):
        order = self.create_contract(self.seat, day="2027-04-01")
        paid = self.bill(order)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        )
        payment = wizard.create({})._create_payments()
        new = self.bill(order, "2027-05-01")
        Payment = self.env["account.payment"]
        for context in ({}, BATCH):
            found = Payment.with_context(**context).search(
                [("reconciled_invoice_ids", "in", (paid | new).ids)]
            )
            self.assertEqual(found, payment)
            found = Payment.with_context(**context).search(
                [("reconciled_invoice_ids", "in", new.ids)]
            )
            self.assertFalse(found)

    # ------------------------------------------------------------------
    # Garbage
    # ------------------------------------------------------------------

    def test_python_tidies_up_again_after_each_batch(self):
        self.assertTrue(gc.isenabled())
        with self.assertRaises(ValueError), tidying_up_later():
            self.assertFalse(gc.isenabled())
            raise ValueError
        self.assertTrue(gc.isenabled())
        gc.disable()
        try:
            with tidying_up_later():
                self.assertFalse(gc.isenabled())
            self.assertFalse(gc.isenabled())
        finally:
            gc.enable()
