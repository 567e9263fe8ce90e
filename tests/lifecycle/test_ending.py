from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..support.common_operator import EndingCase


@tagged("post_install", "-at_install")
class TestEnding(EndingCase):
    """Closing a contract, and taking that back."""

    def test_staff_may_keep_or_give_back_unused_days_whatever_the_terms_say(self):
        template = self._create_template("No refunds", credit_on_close="forfeit")
        generous = self.create_own_contract(self.seat, day="2027-04-01", template=template)
        strict = self.create_own_contract(self.seat)
        self.travel("2027-04-16")
        for order, proposed, chosen, shown in (
            (generous, "forfeit", "credit", [("credit", -6.0)]),
            (strict, "credit", "forfeit", [("free", 0.0)]),
        ):
            wizard = self.open_wizard("close", order)
            wizard.when = "now"
            wizard.reason_id = self.reason
            self.assertEqual(wizard.credit_rule, proposed)
            wizard.credit_rule = chosen
            documents = wizard.preview["documents"]
            self.assertEqual([(d["kind"], d["total"]) for d in documents], shown)
            wizard.save().action_close()
        self.assertEqual(self.bill(generous.sudo()).amount_total, 6.0)
        self.assertFalse(self.bill(strict.sudo()))
        self.assertBillsNothing((generous | strict).sudo())
        self.assertLedgerWhole((generous | strict).sudo())

    def test_reason_for_which_a_contract_ends_is_archived_and_not_deleted(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        reason, other = self.reason.create([{"name": "Moved away"}, {"name": "Never chosen"}])
        order._subscription_close(date(2027, 4, 10), reason)
        with self.assertRaisesRegex(UserError, f"{order.name} ends for it. Archive it instead"):
            (reason | other).unlink()
        reason.active = False
        self.assertEqual(order.subscription_close_reason_id, reason)
        other.unlink()

    def test_the_chatter_says_from_when_why_and_for_how_much(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        self.travel("2027-04-16")
        order._subscription_close(date(2027, 4, 16), self.reason, "Moved away")
        note = self.get_last_note(order)
        for text in ("04/16/2027", self.reason.name, "Moved away", "6.00"):
            self.assertIn(text, note)

    def test_closing_before_the_agreed_end_warns_and_is_noted(self):
        template = self._create_template(
            "Agreed", commitment_count=6, notice_count=1, close_boundary="period"
        )
        order = self.create_own_contract(self.seat, day="2027-01-15", template=template)
        self.assertEqual(order.subscription_commitment_last_date, date(2027, 7, 14))
        self.assertEqual(order._get_earliest_close_date(), date(2027, 7, 15))
        wizard = self.open_wizard("close", order)
        self.assertIn("07/14/2027", wizard.warning)
        wizard.when = "earliest"
        self.assertFalse(wizard.warning)
        self.assertEqual(wizard.last_date, date(2027, 7, 14))
        wizard.when = "now"
        self.assertTrue(wizard.warning)
        wizard.reason_id = self.reason
        wizard.save().action_close()
        self.assertIn("earlier than agreed", self.get_last_note(order))

    def test_the_earliest_end_keeps_notice_and_periods_after_the_commitment(self):
        template = self._create_template(
            "Agreed", commitment_count=6, notice_count=1, close_boundary="period"
        )
        order = self.create_own_contract(self.seat, day="2027-01-15", template=template)
        template.write({"commitment_count": 60, "notice_count": 5, "close_boundary": "term"})
        self.travel("2027-08-20")
        self.assertEqual(order._get_earliest_close_date(), date(2027, 10, 15))
        order.sudo().write({"subscription_notice_count": 0, "subscription_close_boundary": "day"})
        self.assertEqual(order._get_earliest_close_date(), date(2027, 8, 20))
        order.sudo().subscription_close_boundary = "term"
        self.assertEqual(order._get_earliest_close_date(), date(2027, 8, 20), "there is no term")
        order.sudo().write({"subscription_term_count": 12, "subscription_term_unit": "month"})
        self.assertEqual(order._get_earliest_close_date(), date(2028, 1, 15))

    def test_what_was_typed_on_the_quotation_is_agreed(self):
        template = self._create_template("Agreed", commitment_count=6, notice_count=1)
        order = self.create_order(
            self.seat,
            template=template,
            subscription_commitment_last_date=date(2027, 12, 31),
            subscription_notice_unit="week",
            subscription_notice_count=2,
        )
        order.action_confirm()
        self.assertEqual(order.subscription_commitment_end_date, date(2028, 1, 1))
        self.assertEqual(order.subscription_notice_count, 2)
        self.assertEqual(order.subscription_notice_unit, "week")

    def test_a_negative_notice_is_refused(self):
        order = self.create_order(self.seat)
        with self.assertRefused("cannot be negative"):
            order.subscription_notice_count = -1

    def test_planned_steps_come_back_with_a_closing_that_is_taken_back(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        line = order.sudo().order_line
        order.sudo()._subscription_change_line(line, date(2027, 6, 1), price_unit=12.0)
        plan = self.get_plan(order.sudo())
        order._subscription_close(date(2027, 5, 10), self.reason)
        self.assertEqual(self.get_plan(order.sudo()), [("2027-04-01", "2027-05-10", 1, 10)])
        line.product_uom_qty = 3
        order.action_subscription_keep()
        self.assertEqual(len(plan), 2)
        self.assertEqual(
            self.get_plan(order.sudo()),
            [("2027-04-01", "2027-06-01", 3, 10), ("2027-06-01", "", 3, 12)],
        )
        self.assertFalse(order.subscription_close_credit_rule)
        self.assertFalse(line.subscription_cut_segments)
        self.assertIn("taken back", self.get_last_note(order))

    def test_clearing_the_end_date_takes_a_closing_back_too(self):
        order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
        order._subscription_change_line(order.order_line, date(2027, 6, 1), price_unit=12.0)
        plan = self.get_plan(order)
        order._subscription_close(date(2027, 5, 10), self.reason)
        order.subscription_last_date = date(2027, 7, 9)
        self.assertEqual(self.get_plan(order)[-1], ("2027-06-01", "2027-07-10", 1, 12))
        order.subscription_last_date = False
        self.assertEqual(self.get_plan(order), plan)
        self.assertFalse(order.subscription_close_reason_id)

    def test_an_untouched_draft_goes_away_and_an_edited_one_waits(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        untouched = self.create_contract(self.seat, template=template, day="2027-04-01")
        edited = self.create_contract(self.seat, template=template)
        drafts = [self.bill(order) for order in (untouched, edited)]
        drafts[1].invoice_line_ids.name = "Edited"
        self.travel("2027-04-16")
        (untouched | edited)._subscription_close(date(2027, 4, 16), self.reason)
        self.assertFalse(drafts[0].exists())
        self.assertTrue(drafts[1].exists())
        self.assertEqual(edited.subscription_waiting_move_id, drafts[1])
        self.assertTrue(drafts[1].activity_ids)
        self.assertEqual(self.bill(untouched).amount_untaxed, 5.0)
        self.assertBillsNothing(untouched)

    def test_a_draft_that_was_shared_is_billed_anew_for_the_other(self):
        template = self._create_template("Drafts", invoice_mode="draft", group_invoices=True)
        pair = self.create_contract(self.seat, template=template, day="2027-04-01")
        pair |= self.create_contract(self.seat, template=template)
        self.bill(pair).action_post()
        draft = self.bill(pair, "2027-05-01")
        self.assertEqual(len(draft), 1)
        self.travel("2027-05-17")
        pair[0]._subscription_close(date(2027, 5, 17), self.reason)
        self.assertFalse(draft.exists())
        self.assertEqual(pair[1].subscription_next_invoice_date, date(2027, 5, 1))
        self.run_cron()
        tables = [self.get_table(order)[1:] for order in pair]
        self.assertEqual(tables[0], [("2027-05-01", "2027-05-16", 1, 5.16)])
        self.assertEqual(tables[1], [("2027-05-01", "2027-05-31", 1, 10)])

    def test_an_invoice_is_not_charged_before_the_closing_is_credited(self):
        template = self._create_template("Card", payment_mode="charge")
        order = self.create_contract(self.seat, template=template, day="2027-04-01")
        provider = self.env.ref("payment.payment_provider_demo", raise_if_not_found=False)
        provider = provider or self.env["payment.provider"].search([], limit=1)
        order.subscription_payment_token_id = self.env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env["payment.method"].search([], limit=1).id,
                "partner_id": self.partner.id,
                "provider_ref": "card",
            }
        )
        invoice = self.bill(order)
        domain = invoice._get_charge_domain(self.company)
        self.assertIn(invoice, invoice.search(domain))
        order._subscription_close(date(2027, 4, 1), self.reason)
        self.assertNotIn(invoice, invoice.search(domain))
        self.bill(order)
        self.assertIn(invoice.payment_state, ("paid", "reversed"))

    def test_the_agreement_is_told_in_plain_words(self):
        template = self._create_template("Agreed", commitment_count=6, notice_count=2)
        quotation = self.create_order(self.seat, template=template)
        self.assertIn("at least for 6 months", quotation.subscription_agreement_text)
        order = self.create_own_contract(self.seat, day="2027-01-15", template=template)
        text = order.subscription_agreement_text
        self.assertIn("committed until 07/14/2027", text)
        self.assertIn("Notice is 2 months", text)
        self.assertIn("given today, the last day of service is 07/14/2027", text)
        order._subscription_close(date(2027, 8, 1), self.reason)
        self.assertIn("ends after 07/31/2027", order.subscription_agreement_text)
        self.travel("2027-08-01")
        order.sudo()._subscription_refresh_state()
        self.assertIn("ended after 07/31/2027", order.subscription_agreement_text)

    def test_a_contract_that_may_end_at_once_is_told_so_without_a_day_that_is_past(self):
        order = self.create_own_contract(self.seat, day="2027-01-15")
        self.assertIn("may leave on any day", order.subscription_agreement_text)
        self.assertNotIn("01/14/2027", order.subscription_agreement_text)
        order.sudo().subscription_close_boundary = "period"
        self.assertIn(
            "whenever a billed period is over, also today", order.subscription_agreement_text
        )
        self.travel("2027-01-20")
        self.env.invalidate_all()
        self.assertIn("can be 02/14/2027 or later", order.subscription_agreement_text)
        order.sudo().write(
            {
                "subscription_close_boundary": "day",
                "subscription_notice_count": 10,
                "subscription_notice_unit": "day",
            }
        )
        self.assertIn("service is 01/29/2027 or later", order.subscription_agreement_text)

    def test_a_contract_that_has_not_begun_may_be_called_off(self):
        order = self.create_own_contract(
            self.seat, day="2027-01-15", subscription_start_date=date(2027, 3, 1)
        )
        self.assertIn("may leave on any day", order.subscription_agreement_text)

    def test_a_closing_in_the_past_is_not_called_earlier_than_agreed(self):
        order = self.create_own_contract(self.seat, day="2027-01-15")
        self.travel("2027-01-25")
        wizard = self.open_wizard("close", order)
        wizard.when = "date"
        wizard.last_date = date(2027, 1, 19)
        self.assertIn("This day has passed", wizard.warning)
        wizard.reason_id = self.reason
        wizard.save().action_close()
        self.assertNotIn("earlier than agreed", self.get_last_note(order))


@tagged("post_install", "-at_install")
class TestReopen(EndingCase):
    """A closed contract goes on; what lies in between is never billed."""

    def test_the_gap_is_not_billed_and_the_preview_says_what_is(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        order._subscription_close(date(2027, 4, 11), self.reason)
        self.bill(order.sudo(), "2027-04-11")
        self.assertEqual(order.subscription_state, "closed")
        self.travel("2027-06-16")
        wizard = self.open_wizard("reopen", order)
        self.assertEqual(wizard.start_date, date(2027, 6, 16))
        self.assertEqual(wizard.preview["documents"][0]["untaxed"], 5.0)
        wizard.note = "Came back"
        wizard.save().action_reopen()
        self.assertEqual(order.subscription_state, "active")
        self.assertFalse(order.subscription_end_date)
        for text in ("Came back", "06/16/2027", "6.00"):
            self.assertIn(text, self.get_last_note(order))
        moves = self.bill(order.sudo())
        self.assertEqual(moves.amount_untaxed, 5.0)
        self.assertEqual(self.bill(order.sudo(), "2027-07-01").amount_untaxed, 10.0)
        self.assertEqual(
            self.get_table(order.sudo()),
            [
                ("2027-04-01", "2027-04-30", 1, 10),
                ("2027-04-11", "2027-04-30", 1, -6.67),
                ("2027-06-16", "2027-06-30", 1, 5),
                ("2027-07-01", "2027-07-31", 1, 10),
            ],
        )
        self.assertBillsNothing(order.sudo())
        self.assertNothingFound(order.sudo())

    def test_reopening_later_waits_as_upcoming(self):
        order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
        order._subscription_close(date(2027, 5, 1), self.reason)
        self.bill(order, "2027-05-01")
        self.travel("2027-05-20")
        order._subscription_reopen(date(2027, 6, 1))
        self.assertEqual(order.subscription_state, "upcoming")
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 6, 1))
        self.assertNothingFound(order)
        self.run_cron("2027-06-01")
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(self.get_table(order)[-1], ("2027-06-01", "2027-06-30", 1, 10))
        self.assertBillsNothing(order)

    def test_reopening_on_the_day_it_ended_leaves_no_trace_on_invoices(self):
        order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
        order._subscription_close(date(2027, 4, 16), self.reason)
        self.travel("2027-04-16")
        order._subscription_refresh_state()
        order._subscription_reopen(date(2027, 4, 16))
        self.assertFalse(order.subscription_interruption_ids)
        self.assertBillsNothing(order)

    def test_paid_days_that_were_forfeited_are_served_after_all(self):
        order = self.create_own_contract(self.seat, day="2027-04-01")
        order._subscription_close(date(2027, 4, 11), self.reason, credit_rule="forfeit")
        self.bill(order.sudo(), "2027-04-11")
        self.travel("2027-04-21")
        wizard = self.open_wizard("reopen", order)
        self.assertEqual(wizard.preview["documents"], [])
        self.assertTrue(wizard.preview["reasons"])
        wizard.save().action_reopen()
        self.assertBillsNothing(order.sudo())
        self.assertEqual(order.subscription_next_invoice_date, date(2027, 5, 1))
        self.assertLedgerWhole(order.sudo())

    def test_reopening_before_the_run_gives_the_gap_back_as_the_closing_said(self):
        for rule, documents in (("credit", 1), ("forfeit", 0)):
            order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
            order._subscription_close(date(2027, 4, 11), self.reason, credit_rule=rule)
            self.travel("2027-04-16")
            order._subscription_refresh_state()
            order._subscription_reopen(date(2027, 4, 16))
            self.assertEqual(len(self.bill(order)), documents)
            self.assertBillsNothing(order)

    def test_a_pause_ends_with_the_contract(self):
        order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
        order._subscription_pause(date(2027, 4, 11))
        order._subscription_close(date(2027, 4, 21), self.reason)
        self.bill(order, "2027-04-21")
        self.travel("2027-05-01")
        order._subscription_reopen(date(2027, 5, 1))
        self.assertEqual(order.subscription_state, "active")
        self.assertEqual(
            order.subscription_interruption_ids.mapped(lambda gap: (gap.kind, gap.end_date)),
            [("pause", date(2027, 4, 21)), ("closure", date(2027, 5, 1))],
        )
        self.assertEqual(self.bill(order).amount_untaxed, 10.0)

    def test_planned_steps_are_in_force_when_their_day_came_meanwhile(self):
        order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
        order._subscription_change_line(order.order_line, date(2027, 6, 1), price_unit=12.0)
        order._subscription_close(date(2027, 5, 1), self.reason)
        self.bill(order, "2027-05-01")
        self.travel("2027-07-01")
        order._subscription_reopen(date(2027, 7, 1))
        self.assertEqual(self.bill(order).amount_untaxed, 12.0)
        self.assertEqual(order.order_line.price_unit, 12.0)

    def test_closing_again_before_it_is_served_leaves_nothing(self):
        order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
        order._subscription_close(date(2027, 5, 1), self.reason)
        self.bill(order, "2027-05-01")
        order._subscription_reopen(date(2027, 6, 1))
        order._subscription_close(date(2027, 5, 10), self.reason)
        self.bill(order, "2027-05-10")
        self.assertEqual(order.subscription_state, "closed")
        self.travel("2027-07-01")
        order._subscription_reopen(date(2027, 7, 1))
        self.assertEqual(self.bill(order).amount_untaxed, 10.0)
        self.assertEqual(len(self.get_table(order)), 2)
        self.assertBillsNothing(order)

    def test_only_closed_contracts_reopen_and_only_after_their_end(self):
        order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
        with self.assertRefused("is not closed"):
            order._subscription_reopen(date(2027, 5, 1))
        order._subscription_close(date(2027, 4, 1), self.reason)
        with self.assertRefused("on a later day"):
            order._subscription_reopen(date(2027, 3, 31))
        self.assertFalse(order.subscription_interruption_ids)

    def test_a_salesperson_without_subscription_rights_cannot_reopen(self):
        order = self.create_own_contract(self.seat, day="2027-04-01").sudo()
        order._subscription_close(date(2027, 4, 1), self.reason)
        seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )
        order.user_id = seller
        with self.assertRaises(AccessError):
            order.with_user(seller).action_subscription_reopen()
