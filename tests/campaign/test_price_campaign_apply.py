from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from ..support.common_campaign import PriceCampaignCase


@tagged("post_install", "-at_install")
class TestApply(PriceCampaignCase):
    """Applied prices are planned steps; billed days keep theirs, and their day can be undone."""

    def test_new_price_is_billed_from_its_period_on_and_nothing_before_it_changes(self):
        order = self.create_contract(self.line_values(self.seat, 8), day="2027-04-15")
        self.bill(order)
        campaign = self.preview(order)
        self.apply(campaign)
        self.assertEqual(campaign.state, "applied")
        self.assertEqual(
            self.get_segments(order), [("2027-04-15", 8, 10.0, 0), ("2027-06-15", 8, 11.0, 0)]
        )
        self.assertIn("10.00 → $ 11.00", order.message_ids[0].body.replace("&nbsp;", " "))
        for day in ("2027-05-15", "2027-06-15", "2027-07-15"):
            self.bill(order, day)
        self.assertEqual(
            self.get_table(order),
            [
                ("2027-04-15", "2027-05-14", 8, 80),
                ("2027-05-15", "2027-06-14", 8, 80),
                ("2027-06-15", "2027-07-14", 8, 88),
                ("2027-07-15", "2027-08-14", 8, 88),
            ],
        )
        self.assertEqual(order.order_line.price_unit, 11.0)
        self.assertBillsNothing(order)
        self.assertLedgerWhole(order)

    def test_a_batch_reads_the_lines_of_its_own_contracts_only(self):
        orders = self.env["sale.order"]
        for _number in range(5):
            orders += self.create_contract(self.line_values(self.seat, 8), day="2027-04-15")
        campaign = self.preview(orders)
        read = set()
        line_class = type(campaign.line_ids)
        fetch = line_class._fetch_query

        def watch(lines, query, fields):
            found = fetch(lines, query, fields)
            read.update(found.ids)
            return found

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(line_class, "_fetch_query", watch):
            campaign.action_apply_batch(orders[:2].ids)
            self.env.flush_all()
        self.assertEqual(len(read), 2)
        self.env.invalidate_all()
        self.assertEqual(len(campaign.line_ids._filter_open()), 3)
        self.assertEqual(campaign.state, "applied")

    def test_price_from_a_day_on_is_prorated_and_spares_what_is_billed(self):
        monthly = self.create_contract(self.seat, day="2027-04-15")
        yearly = self.create_contract(self.line_values(self.seat, recurrence_id=self.year.id))
        orders = monthly | yearly
        self.bill(orders)
        self.apply(self.preview(orders, start="date"))
        self.assertEqual(self.get_segments(monthly)[1][0], "2027-06-01")
        self.assertEqual(self.get_segments(yearly)[1][0], "2028-04-15")
        for day in ("2027-05-15", "2027-06-01", "2027-06-15"):
            self.bill(orders, day)
        self.assertEqual(
            self.get_table(monthly)[1:],
            [
                ("2027-05-15", "2027-05-31", 1, 5.48),
                ("2027-06-01", "2027-06-14", 1, 4.97),
                ("2027-06-15", "2027-07-14", 1, 11),
            ],
        )
        self.assertEqual(len(self.get_table(yearly)), 1)

    def test_price_that_waits_for_the_next_term_spares_contracts_that_end_with_theirs(self):
        renewed, ended = (
            self._create_template(action, term_count=4, term_unit="month", end_action=action)
            for action in ("renew", "end")
        )
        orders = self.env["sale.order"].union(
            *(
                self.create_contract(self.seat, template=template, day="2027-04-15")
                for template in (renewed, ended, self.template)
            )
        )
        campaign = self.preview(orders, start="renewal")
        self.assertEqual(
            [(line.order_id, line.start_date) for line in campaign.line_ids],
            [(orders[0], date(2027, 8, 15)), (orders[2], date(2027, 6, 15))],
        )
        self.apply(campaign)
        later = self.preview(orders[0], start="renewal", effective_date=date(2027, 8, 16))
        self.assertEqual(later.line_ids.start_date, date(2027, 12, 15))

    def test_days_billed_since_the_preview_keep_their_price_too(self):
        order = self.create_contract(
            self.line_values(self.seat, recurrence_id=self.quarter.id), day="2027-05-01"
        )
        campaign = self.preview(order, start="date")
        self.assertEqual(campaign.line_ids.start_date, date(2027, 6, 1))
        self.bill(order)
        self.apply(campaign)
        self.assertEqual(campaign.line_ids.start_date, date(2027, 8, 1))
        self.assertEqual(self.get_segments(order)[1][0], "2027-08-01")

    def test_quantity_typed_after_a_planned_rise_does_not_fall_back_on_its_day(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        self.bill(order)
        self.apply(self.preview(order))
        self.travel("2027-04-10")
        order.order_line.product_uom_qty = 9
        self.assertEqual(
            self.get_segments(order),
            [("2027-04-01", 5, 10, 0), ("2027-04-10", 9, 10, 0), ("2027-06-01", 9, 11, 0)],
        )
        for day in ("2027-04-10", "2027-05-01"):
            self.bill(order, day)
        self.assertEqual(self.bill(order, "2027-06-01").amount_untaxed, 99.0)

    def test_notice_period_is_kept(self):
        campaign = self.preview(self.create_contract(self.seat, day="2027-05-02"))
        self.apply(campaign)
        late = self.preview(self.create_contract(self.seat, day="2027-05-03"))
        with self.assertRefused("promises 30 days of notice"):
            late.action_apply()
        with self.assertRefused("before 06/02/2027"):
            late.action_apply_batch(late.line_ids.order_id.ids)

    def test_lines_left_out_keep_their_price(self):
        orders = self.create_contract(self.seat) | self.create_contract(self.support)
        campaign = self.preview(orders)
        campaign.line_ids[0].is_excluded = True
        self.assertEqual(self.apply(campaign)["done_ids"], orders[1].ids)
        self.assertEqual(len(orders[0].order_line.segment_ids), 1)
        self.assertEqual(campaign.open_count, 0)
        with self.assertRefused("no line to apply"):
            campaign.action_apply()

    def test_one_refused_contract_does_not_stop_the_others(self):
        orders = self.env["sale.order"].union(
            *(self.create_contract(self.seat, day="2027-04-01") for _index in range(3))
        )
        campaign = self.preview(orders)
        orders[1]._subscription_close(date(2027, 4, 1))
        orders[2]._subscription_change_line(orders[2].order_line, date(2027, 5, 1), price_unit=7.0)
        result = self.do(campaign, "action_apply")
        self.assertEqual(result["done_ids"], orders[0].ids)
        self.assertEqual([failed["id"] for failed in result["failed"]], orders[1:].ids)
        self.assertEqual(campaign.line_ids.mapped("state"), ["done", "failed", "failed"])
        self.assertIn("does not run any more", campaign.line_ids[1].reason)
        self.assertIn("has another price since the preview", campaign.line_ids[2].reason)
        self.assertEqual(len(orders[2].order_line.segment_ids), 2)

    def test_rise_taken_back_before_its_day_leaves_no_trace(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        campaign = self.preview(order)
        self.apply(campaign)
        self.travel("2027-04-10")
        order.order_line.product_uom_qty = 9
        self.do(campaign, "action_undo")
        self.assertEqual(campaign.state, "undone")
        self.assertEqual(
            self.get_segments(order), [("2027-04-01", 5, 10, 0), ("2027-04-10", 9, 10, 0)]
        )
        self.assertIn("are taken back", order.message_ids[0].body)
        with self.assertRefused("has planned no price"):
            campaign.action_undo()

    def test_price_in_force_is_not_taken_back(self):
        early = self.create_contract(self.seat, day="2027-04-01")
        late = self.create_contract(self.line_values(self.seat, recurrence_id=self.quarter.id))
        self.bill(late)
        campaign = self.preview(early | late)
        self.apply(campaign)
        self.bill(early, "2027-06-01")
        result = self.do(campaign, "action_undo")
        self.assertEqual(result["done_ids"], late.ids)
        self.assertIn("is in force since 06/01/2027", result["failed"][0]["reason"])
        self.assertEqual(campaign.line_ids.mapped("state"), ["done", "undone"])
        self.assertEqual(len(late.order_line.segment_ids), 1)

    def test_applied_campaign_is_neither_previewed_nor_deleted(self):
        campaign = self.preview(self.create_contract(self.seat))
        self.apply(campaign)
        with self.assertRefused("Take it back before you preview it again"):
            campaign.action_preview()
        with self.assertRefused("Take them back before you delete it"):
            campaign.unlink()
        self.do(campaign, "action_undo")
        campaign.unlink()

    def test_applying_costs_the_same_number_of_queries_for_more_contracts(self):
        orders = self.env["sale.order"].union(
            *(self.create_contract(self.seat) for _index in range(16))
        )
        self.apply(self.preview(orders[0]))
        few, many = self.preview(orders[1:3]), self.preview(orders[3:])
        cost = self.count_queries(few.action_apply_batch, orders[1:3].ids)
        self.assertLessEqual(self.count_queries(many.action_apply_batch, orders[3:].ids), cost + 10)


@tagged("post_install", "-at_install")
class TestNotice(PriceCampaignCase):
    """Customers are told in time, once, in a mail that says what changes."""

    def test_notice_names_old_and_new_price_and_the_day(self):
        order = self.create_contract(self.line_values(self.seat, 5), self.support, day="2027-04-01")
        campaign = self.preview(order)
        campaign.line_ids[1].is_excluded = True
        self.apply(campaign)
        self.assertEqual(campaign.untold_count, 1)
        self.assertEqual(self.do(campaign, "action_send_notices")["done_ids"], order.ids)
        mail = self.env["mail.mail"].sudo().search([("res_id", "=", order.id)], limit=1)
        self.assertEqual(mail.recipient_ids, self.partner)
        body = " ".join(mail.body_html.replace("\xa0", " ").split())
        for text in ("Seat", "per month", "$ 10.00", "$ 11.00", "06/01/2027"):
            self.assertIn(text, body)
        self.assertNotIn("Support", body)
        self.assertEqual(campaign.untold_count, 0)
        with self.assertRefused("was told"):
            campaign.action_send_notices()

    def test_notice_adds_up_what_holds_on_the_day_of_the_new_price(self):
        """More seats, another discount and an end that are planned before it count."""
        order = self.create_contract(self.line_values(self.seat, 5), self.support, day="2027-04-01")
        seat, support = order.order_line
        order._subscription_change_line(seat, date(2027, 5, 15), quantity=20, discount=10)
        order._subscription_change_line(support, date(2027, 5, 20), quantity=0)
        campaign = self.preview(order)
        campaign.line_ids.filtered(lambda line: line.line_id != seat).is_excluded = True
        self.apply(campaign)
        self.do(campaign, "action_send_notices")
        mail = self.env["mail.mail"].sudo().search([("res_id", "=", order.id)], limit=1)
        body = " ".join(mail.body_html.replace("\xa0", " ").split())
        line = campaign.line_ids.filtered(lambda line: line.line_id == seat)
        self.assertEqual((line.old_price, line.new_price), (10, 11))
        totals = line._get_totals()
        # With 20 % of taxes.
        self.assertEqual([(row["old"], row["new"]) for row in totals], [(216.0, 237.6)])
        for text in ("$ 216.00", "$ 237.60"):
            self.assertIn(text, body)

    def test_notice_that_comes_too_late_is_refused(self):
        campaign = self.preview(self.create_contract(self.seat, day="2027-04-01"))
        self.apply(campaign)
        self.travel("2027-05-10")
        result = self.do(campaign, "action_send_notices")
        self.assertIn("less than the 30 days of notice away", result["failed"][0]["reason"])
        self.assertFalse(campaign.line_ids.notified_at)
        self.assertEqual(campaign.line_ids.state, "done")

    def test_customer_without_address_is_named(self):
        self.partner.email = False
        campaign = self.preview(self.create_contract(self.seat, day="2027-04-01"))
        self.apply(campaign)
        result = self.do(campaign, "action_send_notices")
        self.assertEqual(result["failed"][0]["reason"], "Ada Customer has no email address.")

    def test_the_company_is_told_for_a_customer_who_left(self):
        firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "email": "firm@example.com"}
        )
        self.partner.parent_id = firm
        campaign = self.preview(self.create_contract(self.seat, day="2027-04-01"))
        self.apply(campaign)
        self.partner.active = False
        self.do(campaign, "action_send_notices")
        mail = self.env["mail.mail"].sudo().search([("subject", "like", "new prices")])
        self.assertEqual(mail.recipient_ids, firm)

    def test_a_mail_without_a_reader_tells_nobody(self):
        campaign = self.preview(self.create_contract(self.seat, day="2027-04-01"))
        template = self.env["mail.template"].browse(campaign.mail_template_id.id)
        campaign.mail_template_id = template.copy({"partner_to": False, "use_default_to": False})
        self.apply(campaign)
        result = self.do(campaign, "action_send_notices")
        self.assertIn("has no reader", result["failed"][0]["reason"])
        self.assertFalse(campaign.line_ids.notified_at)
