from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ...engine.errors import EngineError
from ..support.common_campaign import PriceCampaignCase


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

    def test_only_what_was_looked_at_is_applied(self):
        campaign = self.preview(self.create_contract(self.seat))
        campaign.percentage = 50.0
        with self.assertRefused("was changed since its preview"):
            campaign.action_apply()
        with self.assertRefused("was changed since its preview"):
            campaign.action_apply_batch(campaign.line_ids.order_id.ids)
        campaign.action_preview()
        campaign.name = "Another name"
        self.apply(campaign)

    def test_many_contracts_are_previewed_in_steps_and_applied_only_when_all_are(self):
        orders = self.env["sale.order"].union(
            *(self.create_contract(self.seat) for _index in range(5))
        )
        campaign = self.create_campaign(orders)
        path = "odoo.addons.sale_recurring.models.campaign.subscription_price_campaign_preview"
        self.startPatcher(patch(f"{path}.CONTRACTS_PER_BATCH", 2))
        action = campaign.action_preview()
        self.assertEqual(action["params"]["order_ids"], orders.ids)
        self.assertFalse(campaign.line_ids)
        result = campaign.action_preview_batch(orders[:2].ids)
        self.assertEqual(result, {"done_ids": orders[:2].ids, "failed": []})
        self.assertEqual(campaign.line_ids.order_id, orders[:2])
        self.assertIn("contracts left to look at: 3", campaign.preview_text)
        with self.assertRefused("is not complete"):
            campaign.action_apply()
        campaign.line_ids[0].is_excluded = True
        campaign.action_preview()
        for start in (0, 2, 4):
            campaign.action_preview_batch(orders[start : start + 2].ids)
        self.assertEqual(campaign.line_ids.order_id, orders)
        self.assertEqual(campaign.line_ids.mapped("is_excluded").count(True), 1)
        self.assertEqual((campaign.old_mrr, campaign.new_mrr), (40.0, 44.0))
        self.assertFalse(campaign.preview_text)
        self.apply(campaign)

    def test_steps_of_a_preview_that_was_changed_meanwhile_do_nothing(self):
        orders = self.create_contract(self.seat) | self.create_contract(self.support)
        other = self.create_contract(self.seat)
        campaign = self.create_campaign(orders)
        campaign._begin_preview()
        campaign.action_preview_batch((orders[:1] | other).ids)
        self.assertEqual(campaign.line_ids.order_id, orders[:1])
        campaign.percentage = 20.0
        campaign.action_preview_batch(orders[1:].ids)
        self.assertEqual(campaign.line_ids.order_id, orders[:1])
        with self.assertRefused("was changed since its preview"):
            campaign.action_apply()
        campaign.contract_domain = str([("id", "in", orders[1:].ids)])
        campaign.action_preview()
        self.assertEqual(campaign.line_ids.order_id, orders[1:])
        self.apply(campaign)

    def test_contract_that_cannot_be_previewed_is_named_and_the_others_are_shown(self):
        orders = self.create_contract(self.seat) | self.create_contract(self.support)
        campaign = self.create_campaign(orders)
        Campaign, get_span = type(campaign), type(campaign)._get_span

        def refuse_first(self, line):
            if line.order_id == orders[0]:
                raise EngineError("broken history")
            return get_span(self, line)

        with patch.object(Campaign, "_get_span", refuse_first):
            action = campaign.action_preview()
        self.assertIn("do not fit together: broken history", action["params"]["message"])
        self.assertEqual(campaign.line_ids.order_id, orders[1:])
        self.apply(campaign)

    def test_customers_who_were_not_told_are_counted_in_whole_sentences(self):
        orders = self.create_contract(self.seat) | self.create_contract(self.support)
        campaign = self.preview(orders)
        self.apply(campaign)
        self.assertEqual(campaign.untold_text, "The customers of 2 contracts were not told yet.")
        campaign.line_ids[0]._as_system().notified_at = "2027-01-31 10:00:00"
        self.assertEqual(campaign.untold_text, "The customer of 1 contract was not told yet.")

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
        for name, args in (("action_preview", ()), ("action_apply_batch", ([],))):
            with self.assertRaises(AccessError):
                getattr(campaign.with_user(clerk), name)(*args)
