import io
from datetime import date
from pathlib import Path

import polib
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.translate import trans_export

from .common import RewardCommon

I18N = Path(__file__).parents[1] / "i18n"


@tagged("post_install", "-at_install")
class TestRewardsLater(RewardCommon):
    """What becomes of a promotion once its contract runs."""

    def create_gift(self):
        """Return a coupon program that gives support with each seat."""
        return self.create_code(
            "GIFT", reward_type="product", reward_product_id=self.support.id, reward_product_qty=1
        )

    def start_with_gift(self, **values):
        self.create_gift()
        order = self.create_order(self.seat, **values)
        self.gift = self.apply(order, "GIFT")
        self.assertEqual(self.gift.discount, 100)
        return self.start(order)

    def test_an_amendment_claims_nothing_again(self):
        contract = self.start_with_gift()
        points = self.gift.coupon_id.points
        self.travel("2027-02-10")
        amendment = contract._create_amendment()
        self.assertFalse(amendment.order_line.reward_id)
        self.assertFalse(amendment.order_line.coupon_id)
        seats = amendment.order_line.filtered(lambda line: line.product_id == self.seat)
        seats.product_uom_qty = 2
        amendment.action_confirm()
        self.assertEqual(self.gift.coupon_id.points, points)
        self.run_cron("2027-02-28")
        self.run_cron("2027-03-31")
        self.assertEqual(self.get_untaxed(contract)[-1], 60.0)

    def test_a_renewal_claims_nothing_again(self):
        self.template.write({"term_count": 3, "term_unit": "month", "end_action": "quote"})
        contract = self.start_with_gift()
        points = self.gift.coupon_id.points
        self.travel("2027-04-10")
        renewal = contract._create_renewal_quotation()
        self.assertFalse(renewal.order_line.reward_id)
        self.assertFalse(renewal.order_line.coupon_id)
        self.assertEqual(renewal.order_line.product_id, self.seat | self.support)
        renewal.action_confirm()
        self.assertEqual(self.gift.coupon_id.points, points)
        self.run_cron("2027-04-30")
        self.assertEqual(renewal.invoice_ids.mapped("amount_untaxed"), [30.0])

    def test_promotions_are_not_counted_again_on_a_running_contract(self):
        self.create_code()
        order = self.create_order(self.seat)
        reward = self.apply(order)
        self.start(order)
        order.order_line[0].product_uom_qty = 5
        order._update_programs_and_rewards()
        order._recompute_prices()
        self.assertEqual(reward.price_unit, -3.0)

    def test_a_code_on_a_running_contract_is_given_once(self):
        self.create_code(recurring_period_count=3)
        contract = self.start(self.create_order(self.seat))
        self.apply(contract)
        self.assertFalse(contract.order_line[0]._get_lasting_rewards())
        self.run_cron("2027-02-28")
        self.run_cron("2027-03-31")
        self.assertEqual(self.get_untaxed(contract), [30.0, 27.0, 30.0])

    def test_a_discount_that_is_split_costs_its_points_once(self):
        mug = self._create_product("Mug", 3.0, is_recurring=False)
        self.template.timing = "arrears"
        program = self.create_code(discount=20, discount_mode="per_order")
        order = self.create_order(self.seat, mug)
        self.apply(order)
        order.action_confirm()
        coupon = order.order_line.coupon_id
        points = coupon.points
        self.run_cron()
        self.run_cron("2027-02-28")
        self.run_cron("2027-03-31")
        self.assertEqual(coupon.points, points)
        self.assertEqual(program.order_count, 1)
        total = sum(self.get_untaxed(order))
        self.assertAlmostEqual(total, 3 + 30 + 30 - 20 / 1.2, delta=0.01)

    def test_the_amount_follows_the_day(self):
        self.template.alignment = "calendar"
        self.travel("2027-01-17")
        self.create_code(discount=50)
        order = self.create_order(self.seat)
        self.apply(order)
        self.travel("2027-01-22")
        order._subscription_refresh_quote()
        self.assertAlmostEqual(order.amount_untaxed, 30 * 10 / 31 / 2, delta=0.01)
        self.start(order)

    def test_customers_leave_what_was_given(self):
        self.template.customers_may_change_quantity = True
        contract = self.start_with_gift()
        self.assertFalse(self.gift._is_changed_by_customer())
        self.assertTrue(contract.order_line[0]._is_changed_by_customer())

    def test_a_copy_claims_nothing(self):
        contract = self.start_with_gift()
        copy = contract.copy()
        self.assertEqual(copy.order_line.product_id, self.seat)

    def test_a_gift_card_pays_what_is_due_now(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Gift card",
                "program_type": "gift_card",
                "applies_on": "future",
                "trigger": "auto",
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount": 1,
                            "discount_mode": "per_point",
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
            }
        )
        card = self.env["loyalty.card"].create({"program_id": program.id, "points": 50})
        order = self.create_order(self.seat)
        self.apply(order, card.code)
        self.assertEqual(order.amount_total, 0.0)
        order.action_confirm()
        self.assertEqual(card.points, 50 - 36)
        self.run_cron()
        self.run_cron("2027-02-28")
        self.assertEqual(order.invoice_ids.sorted("id")[-1].amount_total, 36.0)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 36.0)
        self.assertEqual(order.subscription_start_date, date(2027, 1, 31))

    def test_portuguese_is_complete(self):
        with io.BytesIO() as buffer:
            trans_export(None, ["sale_loyalty_recurring"], buffer, "po", self.env)
            fresh = polib.pofile(buffer.getvalue().decode())
        language = polib.pofile(str(I18N / "pt_BR.po"))
        self.assertEqual({each.msgid for each in language}, {each.msgid for each in fresh})
        self.assertFalse(language.untranslated_entries())

    # ------------------------------------------------------------------
    # Points
    # ------------------------------------------------------------------

    def test_points_are_given_for_what_the_first_invoice_asks(self):
        self.env["loyalty.program"].create(
            {
                "name": "Points",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "rule_ids": [
                    Command.create({"reward_point_mode": "money", "reward_point_amount": 1.0})
                ],
                "reward_ids": [Command.create({"required_points": 9999.0})],
            }
        )
        self.template.alignment = "calendar"
        self.travel("2027-01-17")
        order = self.create_order(self.seat, self.setup_service)
        order._update_programs_and_rewards()
        self.assertEqual(order.amount_total, 17.42 + 300.0)
        order.action_confirm()
        card = self.env["loyalty.card"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(card.points, 317.42)
        self.run_cron()
        self.run_cron("2027-02-01")
        self.assertEqual(card.points, 317.42)
