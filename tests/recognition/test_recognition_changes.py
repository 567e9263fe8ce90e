from datetime import date

from odoo.fields import Command

from ..support.common_recognition import RecognitionCommon


class TestRecognitionChanges(RecognitionCommon):
    """What happens to a contract or its invoices changes what is still to be earned, only that."""

    def reverse(self, invoice, effect="adjust", modify=False, **values):
        """Let a clerk make a credit note, and return it posted (or the corrected draft)."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create(
            {"journal_id": invoice.journal_id.id, "subscription_credit_effect": effect, **values}
        )
        wizard.reverse_moves(is_modify=modify)
        move = wizard.new_move_ids
        if not modify:
            move.action_post()
        return move

    def test_pause_that_gives_back(self):
        order, _invoice = self.create_year()
        self.recognise("2027-06-01")
        before = self.get_balances()
        self.travel("2027-06-01")
        order._subscription_pause(date(2027, 7, 1), date(2027, 10, 1))
        order._subscription_refresh_state()
        self.bill(order, "2027-07-01")
        self.recognise("2028-01-01")
        after = self.get_balances()
        self.assertEqual({month: after[month] for month in before}, before)
        self.assertEqual(after["2027-12"], 0)
        self.assertBooksWhole()

    def test_deleted_credit_leaves_its_days_to_the_invoice(self):
        """What waited to be taken off comes back to the line, which is earned as if it never had.

        50 for the 31 days of May 8 to June 7: 24 of them are in May.
        """
        self.company.recognition_method = "days"
        self.template.credit_on_downgrade = "offset"
        line = self.line_values(self.seat, 5, tax_ids=[])
        order = self.create_contract(line, day="2027-05-08")
        invoice = self.bill(order)
        self.travel("2027-05-26")
        order.order_line.product_uom_qty = 4
        after = self.bill(order, "2027-06-08")
        self.assertEqual(after.amount_untaxed, 35.81)
        after.button_draft()
        after.unlink()
        self.recognise("2027-07-01")
        rows = invoice.invoice_line_ids.recognition_ids
        self.assertFalse(rows.filtered("problem"))
        months = {f"{row.date:%Y-%m}": row.recognised_amount for row in rows}
        self.assertEqual(months, {"2027-05": 38.71, "2027-06": 11.29})
        self.assertBooksWhole()

    def test_early_end_with_a_credit(self):
        order, _invoice = self.create_year()
        self.recognise("2027-06-01")
        self.travel("2027-06-15")
        order._subscription_close(date(2027, 7, 1))
        self.bill(order, "2027-07-01")
        credited = sum(
            order.invoice_ids.filtered(lambda m: m.move_type == "out_refund").mapped(
                "amount_untaxed"
            )
        )
        self.assertTrue(credited)
        self.recognise("2028-01-01")
        revenue = self.get_revenue()
        self.assertEqual(revenue["2027-05"], 100)
        self.assertAlmostEqual(sum(revenue.values()), 1200 - credited, 2)
        later = {month: self.get_balances()[month] for month in ("2027-08", "2027-12")}
        self.assertAlmostEqual(later["2027-12"], 0, 2)
        self.assertLess(abs(later["2027-08"]), 6, "what is left is the difference of two methods")
        self.assertBooksWhole()

    def test_early_end_by_days_leaves_nothing(self):
        self.company.recognition_method = "days"
        order, _invoice = self.create_year()
        self.travel("2027-06-15")
        order._subscription_close(date(2027, 7, 1))
        self.bill(order, "2027-07-01")
        self.recognise("2028-01-01")
        self.assertAlmostEqual(self.get_balances()["2027-07"], 0, 1)
        self.assertBooksWhole()

    def test_early_end_without_a_credit_is_earned_at_once(self):
        self.template.credit_on_close = "forfeit"
        order, _invoice = self.create_year()
        self.recognise("2027-06-01")
        self.travel("2027-06-15")
        order._subscription_close(date(2027, 7, 1))
        self.bill(order, "2027-07-01")
        self.recognise("2027-09-01")
        self.assertEqual(
            self.get_revenue(),
            {
                "2027-01": 100,
                "2027-02": 100,
                "2027-03": 100,
                "2027-04": 100,
                "2027-05": 100,
                "2027-06": 100,
                "2027-07": 600,
            },
        )
        self.assertEqual(self.get_balances()["2027-07"], 0)
        self.assertBooksWhole()

    def test_price_adjustment_lowers_all_months_and_catches_up(self):
        _order, invoice = self.create_year()
        self.recognise("2027-04-01")
        self.travel("2027-04-10")
        credit = self.reverse(invoice)
        credit.button_draft()
        credit.invoice_line_ids.price_unit = 120
        credit.action_post()
        self.recognise("2028-01-01")
        revenue = self.get_revenue()
        self.assertEqual(revenue["2027-03"], 100)
        self.assertEqual(revenue["2027-04"], 60, "100, less 10 for each month so far")
        self.assertEqual(revenue["2027-05"], 90)
        self.assertBooksWhole()

    def test_price_adjustment_before_an_early_end(self):
        order, invoice = self.create_year()
        self.travel("2027-02-10")
        credit = self.reverse(invoice)
        credit.button_draft()
        credit.invoice_line_ids.price_unit = 120
        credit.action_post()
        self.travel("2027-06-15")
        order._subscription_close(date(2027, 7, 1))
        self.bill(order, "2027-07-01")
        self.recognise("2028-01-01")
        balances = self.get_balances()
        self.assertEqual(balances["2027-03"], 810)
        self.assertLess(abs(balances["2027-07"]), 6, "nothing of the adjustment is left for later")
        self.assertBooksWhole()

    def test_period_that_is_not_wanted_takes_back_what_was_earned(self):
        _order, invoice = self.create_year()
        self.recognise("2027-04-01")
        self.travel("2027-04-10")
        self.reverse(invoice, "waive")
        self.recognise("2028-01-01")
        self.assertEqual(self.get_revenue()["2027-04"], -300)
        self.assertEqual(self.get_balances()["2027-04"], 0)
        self.assertBooksWhole()

    def test_rest_is_credited_after_a_part_was(self):
        """What a first credit note left is not spread over days that it gave back."""
        order, invoice = self.create_year()
        self.travel("2027-02-10")
        order._subscription_pause(date(2027, 7, 1), date(2027, 8, 1))
        self.bill(order, "2027-07-01")
        self.travel("2027-07-10")
        self.reverse(invoice, "waive")
        self.recognise("2028-02-01")
        for month, balance in self.get_balances().items():
            if month >= "2027-08":
                self.assertLess(abs(balance), 5, month)
        self.assertBooksWhole()

    def test_corrected_invoice_goes_on_where_the_first_one_was(self):
        _order, invoice = self.create_year()
        self.recognise("2027-04-01")
        self.travel("2027-04-10")
        draft = self.reverse(invoice, modify=True)
        draft.invoice_line_ids.price_unit = 960
        draft.action_post()
        self.recognise("2028-01-01")
        revenue = self.get_revenue()
        self.assertEqual(revenue["2027-03"], 100)
        self.assertEqual(revenue["2027-04"], 20, "what was earned since January is corrected")
        self.assertEqual(sum(revenue.values()), 960)
        self.assertEqual(revenue["2027-05"], 80)
        self.assertBooksWhole()

    def test_days_that_are_billed_again_do_not_change_the_past(self):
        order, invoice = self.create_year()
        self.recognise("2027-04-01")
        before = self.get_revenue()
        self.travel("2027-04-10")
        self.reverse(invoice, "again")
        self.bill(order)
        self.recognise("2028-02-01")
        revenue = self.get_revenue()
        self.assertEqual({month: revenue[month] for month in before}, before)
        self.assertEqual(sum(revenue.values()), 1200)
        self.assertBooksWhole()

    def test_reset_to_draft_undoes_what_was_booked(self):
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        entries = self.recognise("2027-04-01")
        invoice.button_draft()
        undo = self.recognise()
        self.assertEqual(entries.mapped("date"), undo.mapped("date"))
        self.assertEqual(set(self.get_balances().values()), {0})
        self.assertEqual(set(entries.mapped("state")), {"posted"}, "nothing posted is deleted")
        line = invoice.invoice_line_ids
        line.write({"price_unit": 600, "deferred_end_date": "2027-06-30"})
        invoice.action_post()
        self.recognise()
        self.assertEqual(self.get_balances()["2027-03"], 300)
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.recognise()
        self.assertEqual(set(self.get_balances().values()), {0})
        rows = self.env["subscription.recognition"].search([])
        self.assertFalse(sum(rows.mapped("invoiced_amount")))
        self.assertFalse(self.recognise())
        self.assertFalse(self.get_differences())

    def test_draft_and_posted_again_changes_nothing(self):
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-04-01")
        invoice.button_draft()
        invoice.action_post()
        self.assertBooksWhole()

    def test_cancelled_invoice_is_undone(self):
        order, invoice = self.create_year()
        self.recognise("2027-04-01")
        invoice.button_draft()
        invoice.button_cancel()
        self.recognise()
        self.assertEqual(self.get_balances()["2027-03"], 0)
        self.assertBooksWhole()
        self.assertTrue(order.subscription_next_invoice_date)

    # ------------------------------------------------------------------
    # Closed months
    # ------------------------------------------------------------------

    def test_closed_months_are_corrected_in_the_first_open_one(self):
        self.template.credit_on_close = "forfeit"
        order, _invoice = self.create_year()
        closed = self.recognise("2027-04-01")
        self.close_month(date(2027, 3, 31))
        before = {line: line.balance for line in closed.line_ids}
        order._subscription_close(date(2027, 3, 1))
        self.bill(order)
        [entry] = self.recognise("2027-05-01")
        self.assertEqual(str(entry.date), "2027-04-30")
        self.assertIn("closed until 03/31/2027", entry.ref)
        self.assertEqual({line: line.balance for line in closed.line_ids}, before)
        self.assertEqual(self.get_balances()["2027-04"], 0)
        self.assertEqual(self.get_revenue()["2027-04"], 900)
        self.assertBooksWhole()

    def test_month_that_is_closed_before_its_entry(self):
        self.create_year()
        self.recognise("2027-01-15")
        self.close_month(date(2027, 2, 28))
        entries = self.recognise("2027-04-01")
        self.assertEqual([str(day) for day in entries.mapped("date")], ["2027-03-31"])
        self.assertIn("closed until", entries.ref)
        self.assertEqual(self.get_balances(), {"2027-03": 900})
        self.assertBooksWhole()

    def test_credit_of_closed_months_counts_where_it_is_dated(self):
        invoice = self.create_invoice(1200, "2027-01-01", "2027-12-31", "2027-01-01")
        self.recognise("2027-04-01")
        self.close_month(date(2027, 3, 31))
        self.travel("2027-04-20")
        invoice._reverse_moves([{"invoice_date": date(2027, 4, 20)}]).action_post()
        self.recognise("2027-05-01")
        self.assertEqual(self.get_balances()["2027-03"], 900)
        self.assertEqual(self.get_balances()["2027-04"], 0)
        self.assertBooksWhole()

    def test_partial_credit_in_a_currency_of_its_own(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        for day, rate in (("2027-01-01", 0.5), ("2027-03-01", 0.8)):
            self.env["res.currency.rate"].create(
                {"currency_id": euro.id, "name": day, "rate": rate}
            )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "currency_id": euro.id,
                "invoice_date": "2027-01-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "A year",
                            "price_unit": 99.99,
                            "tax_ids": [],
                            "deferred_start_date": "2027-01-01",
                            "deferred_end_date": "2027-12-31",
                        }
                    )
                ],
            }
        )
        move.action_post()
        self.recognise("2027-03-01")
        credit = move._reverse_moves([{"invoice_date": date(2027, 3, 10)}])
        credit.invoice_line_ids.price_unit = 33.33
        credit.action_post()
        self.recognise("2028-01-01")
        lines = (move | credit).invoice_line_ids
        self.assertAlmostEqual(
            sum(self.get_revenue(lines.account_id).values()), -sum(lines.mapped("balance")), 2
        )
        self.assertBooksWhole()
