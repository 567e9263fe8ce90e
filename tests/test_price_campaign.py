from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class PriceCampaignCase(SubscriptionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env, "boss", groups="base.group_user,sale_recurring.group_subscription_manager"
        )

    def create_campaign(self, orders, **values):
        return (
            self.env["subscription.price.campaign"]
            .with_user(self.boss)
            .create(
                {
                    "name": "Prices of 2027",
                    "contract_domain": str([("id", "in", orders.ids)]),
                    "percentage": 10.0,
                    "effective_date": date(2027, 6, 1),
                    "notice_days": 30,
                    **values,
                }
            )
        )

    def preview(self, orders, **values):
        campaign = self.create_campaign(orders, **values)
        campaign.action_preview()
        return campaign

    def do(self, campaign, action):
        """Press a button of a campaign and do its steps, as the client does."""
        params = getattr(campaign, action)()["params"]
        result = {"done_ids": [], "failed": []}
        for start in range(0, len(params["order_ids"]), params["step"]):
            ids = params["order_ids"][start : start + params["step"]]
            found = getattr(campaign, params["method"])(ids)
            result["done_ids"] += found["done_ids"]
            result["failed"] += found["failed"]
        return result

    def apply(self, campaign):
        result = self.do(campaign, "action_apply")
        self.assertFalse(result["failed"])
        return result

    def get_steps(self, order):
        return [
            (step.start_date.isoformat(), step.quantity, step.price_unit, step.discount)
            for step in order.order_line.segment_ids.sorted("start_date")
        ]


@tagged("post_install", "-at_install")
class TestPreview(PriceCampaignCase):
    """A preview shows each line with both prices; no contract changes."""

    def test_preview_shows_prices_and_what_they_are_worth(self):
        order = self.create_contract(
            self.line_values(self.seat, 8, discount=10.0),
            self.line_values(self.hosting, 1, recurrence_id=self.quarter.id),
            self.setup_service,
            day="2027-04-01",
        )
        self.bill(order)
        steps = order.order_line.segment_ids
        campaign = self.preview(order)
        self.assertEqual(
            [
                (line.product_id.name, line.old_price, line.new_price, line.start_date.isoformat())
                for line in campaign.line_ids
            ],
            [("Seat", 10.0, 11.0, "2027-06-01"), ("Hosting", 119.9, 131.89, "2027-07-01")],
        )
        self.assertEqual(campaign.line_ids.mapped("change"), [10.0, 10.0])
        self.assertEqual(campaign.line_ids.mapped("old_mrr"), [72.0, 39.97])
        self.assertEqual(campaign.line_ids.mapped("new_mrr"), [79.2, 43.96])
        self.assertAlmostEqual(campaign.mrr_effect, 7.2 + 3.99, 2)
        self.assertEqual((campaign.state, campaign.contract_count), ("draft", 1))
        self.assertEqual(order.order_line.segment_ids, steps)

    def test_only_running_contracts_of_the_filter_and_the_products_are_looked_at(self):
        chosen, other, closed = (
            self.create_contract(self.seat, self.support, day="2027-04-01") for _i in range(3)
        )
        closed._subscription_close(date(2027, 4, 1))
        draft = self.create_order(self.seat)
        campaign = self.preview(chosen | closed | draft, product_ids=self.support.ids)
        self.assertEqual(campaign.line_ids.line_id, chosen.order_line[1])
        self.assertNotIn(other, campaign.line_ids.order_id)

    def test_a_percentage_per_product_leaves_other_products_alone(self):
        order = self.create_contract(self.seat, self.support, self.hosting, day="2027-04-01")
        campaign = self.preview(
            order,
            method="index",
            rounding=0.1,
            rule_ids=[
                Command.create({"product_id": self.support.id, "percentage": 3.0}),
                Command.create({"product_id": self.hosting.id, "percentage": -50.0}),
            ],
        )
        self.assertEqual(campaign.line_ids.mapped("new_price"), [34.3, 60.0])

    def test_prices_of_a_pricelist_hold_for_recurrence_and_quantity(self):
        pricelist = self.env["product.pricelist"].create({"name": "2028"})
        for recurrence, quantity, price in (
            (self.month, 0, 12.0),
            (self.month, 5, 11.5),
            (self.year, 0, 99.0),
        ):
            self.env["subscription.price"].create(
                {
                    "product_tmpl_id": self.seat.product_tmpl_id.id,
                    "recurrence_id": recurrence.id,
                    "pricelist_id": pricelist.id,
                    "min_quantity": quantity,
                    "price": price,
                }
            )
        small, large = (
            self.create_contract(self.line_values(self.seat, quantity), day="2027-04-01")
            for quantity in (1, 8)
        )
        yearly = self.create_contract(self.line_values(self.seat, 1, recurrence_id=self.year.id))
        campaign = self.preview(
            small | large | yearly, method="pricelist", pricelist_id=pricelist.id
        )
        self.assertEqual(campaign.line_ids.mapped("new_price"), [12.0, 11.5, 99.0])

    def test_what_is_left_out_stays_left_out_when_it_is_previewed_again(self):
        orders = self.create_contract(self.seat) | self.create_contract(self.support)
        campaign = self.preview(orders)
        campaign.line_ids[0].is_excluded = True
        self.assertEqual(campaign.contract_count, 1)
        campaign.percentage = 20.0
        campaign.action_preview()
        self.assertEqual(campaign.line_ids.mapped("is_excluded"), [True, False])
        self.assertEqual(campaign.line_ids.mapped("new_price"), [12.0, 40.0])

    def test_typed_price_is_valued_at_once(self):
        campaign = self.preview(self.create_contract(self.line_values(self.seat, 4)))
        campaign.line_ids.new_price = 15.0
        self.assertEqual(campaign.line_ids.new_mrr, 60.0)
        self.assertEqual(campaign.line_ids.change, 50.0)

    def test_preview_costs_the_same_number_of_queries_for_more_contracts(self):
        few = self.create_contract(self.seat)
        many = few.union(*(self.create_contract(self.seat) for _index in range(14)))
        self.preview(few)
        one, fifteen = self.create_campaign(few), self.create_campaign(many)
        cost = self.count_queries(one.action_preview)
        self.assertLessEqual(self.count_queries(fifteen.action_preview), cost + 5)

    def test_form_asks_for_a_pricelist_and_refuses_negative_prices(self):
        order = self.create_contract(self.seat)
        with Form(self.create_campaign(order)) as form:
            form.name = "Less"
        with self.assertRaisesRegex(ValidationError, "Choose which one"):
            self.create_campaign(order, method="pricelist")
        with self.assertRaisesRegex(ValidationError, "above -100"):
            self.create_campaign(order, percentage=-100.0)
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self.preview(order, contract_domain="[(")

    def test_only_administrators_change_many_prices(self):
        campaign = self.preview(self.create_contract(self.seat))
        clerk = new_test_user(
            self.env, "clerk", groups="base.group_user,sale_recurring.group_subscription_user_all"
        )
        for name, args in (("action_preview", ()), ("action_apply_step", ([],))):
            with self.assertRaises(AccessError):
                getattr(campaign.with_user(clerk), name)(*args)


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
            self.get_steps(order), [("2027-04-15", 8, 10.0, 0), ("2027-06-15", 8, 11.0, 0)]
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

    def test_price_from_a_day_on_is_prorated_and_spares_what_is_billed(self):
        monthly = self.create_contract(self.seat, day="2027-04-15")
        yearly = self.create_contract(self.line_values(self.seat, recurrence_id=self.year.id))
        orders = monthly | yearly
        self.bill(orders)
        self.apply(self.preview(orders, start="date"))
        self.assertEqual(self.get_steps(monthly)[1][0], "2027-06-01")
        self.assertEqual(self.get_steps(yearly)[1][0], "2028-04-15")
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

    def test_days_billed_since_the_preview_keep_their_price_too(self):
        order = self.create_contract(
            self.line_values(self.seat, recurrence_id=self.quarter.id), day="2027-05-01"
        )
        campaign = self.preview(order, start="date")
        self.assertEqual(campaign.line_ids.start_date, date(2027, 6, 1))
        self.bill(order)
        self.apply(campaign)
        self.assertEqual(campaign.line_ids.start_date, date(2027, 8, 1))
        self.assertEqual(self.get_steps(order)[1][0], "2027-08-01")

    def test_quantity_typed_after_a_planned_rise_does_not_fall_back_on_its_day(self):
        order = self.create_contract(self.line_values(self.seat, 5), day="2027-04-01")
        self.bill(order)
        self.apply(self.preview(order))
        self.travel("2027-04-10")
        order.order_line.product_uom_qty = 9
        self.assertEqual(
            self.get_steps(order),
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
            late.action_apply_step(late.line_ids.order_id.ids)

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
            self.get_steps(order), [("2027-04-01", 5, 10, 0), ("2027-04-10", 9, 10, 0)]
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
        cost = self.count_queries(few.action_apply_step, orders[1:3].ids)
        self.assertLessEqual(self.count_queries(many.action_apply_step, orders[3:].ids), cost + 10)


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
