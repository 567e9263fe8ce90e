from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..support.common_operator import EndingCase
from ..support.common_payment import SIGNATURE


@tagged("post_install", "-at_install")
class TestRenewalFollow(EndingCase):
    """A contract that changes after its renewal quotation was made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls._create_template("Quoted", term_count=3, end_action="quote")

    def prepare_once(self):
        super().prepare_once()
        self.order = self.create_own_contract(
            self.line_values(self.seat, 5), self.support, day="2027-01-31", template=self.terms
        )
        self.travel("2027-03-31")
        self.renewal = self.order.sudo()._create_renewal_quotation().with_user(self.clerk)

    def get_offer(self):
        return [
            (line.product_id.name, line.product_uom_qty, line.price_unit, line.discount)
            for line in self.renewal.order_line
        ]

    def change(self, **values):
        line = self.order.sudo().order_line.filtered(lambda line: line.product_id == self.seat)
        self.order._subscription_change_line(line, date(2027, 3, 31), **values)

    def send(self):
        self.renewal.action_quotation_sent()
        self.assertEqual(self.renewal.state, "sent")

    # ------------------------------------------------------------------
    # A draft that nobody touched
    # ------------------------------------------------------------------

    def test_a_draft_follows_a_quantity_a_price_and_a_discount(self):
        self.change(quantity=7)
        self.change(price_unit=11.0, discount=5.0)
        self.assertEqual(self.get_offer()[0], ("Seat", 7, 11, 5))
        self.assertFalse(self.renewal.subscription_renewal_changes)
        self.assertIn("Quantity: 5 → 7", "".join(self.renewal.message_ids.mapped("body")))
        self.assertFalse(self.renewal.activity_ids)
        self.renewal.action_confirm()
        self.run_cron("2027-04-30")
        self.assertIn(("2027-04-30", "2027-05-30", 7, 73.15), self.get_table(self.renewal.sudo()))

    def test_a_change_that_is_over_by_then_changes_nothing(self):
        self.order._subscription_change_line(
            self.order.order_line[0], date(2027, 4, 1), quantity=9, until=date(2027, 4, 20)
        )
        self.assertEqual(self.get_offer()[0][1], 5)
        self.assertFalse(self.renewal.subscription_renewal_changes)

    def test_a_draft_follows_a_change_that_is_planned_for_the_next_term(self):
        line = self.order.order_line[0]
        self.order._subscription_change_line(
            line, date(2027, 4, 10), discount=20.0, until=date(2027, 6, 15)
        )
        self.assertEqual(self.get_offer()[0], ("Seat", 5, 10, 20))
        self.renewal.action_confirm()
        steps = self.renewal.sudo().order_line[0].segment_ids.sorted("start_date")
        self.assertEqual(steps.mapped("discount"), [20, 0])
        self.assertEqual(steps[1].start_date, date(2027, 6, 15))

    def test_a_draft_follows_lines_that_come_and_go(self):
        self.order.order_line = [
            Command.create({"product_id": self.hosting.id, "product_uom_qty": 2})
        ]
        self.assertEqual([row[:2] for row in self.get_offer()][2], ("Hosting", 2))
        amendment = self.order._create_amendment()
        amendment.order_line.filtered(lambda line: line.product_id == self.support).unlink()
        amendment.action_confirm()
        self.assertEqual([row[0] for row in self.get_offer()], ["Seat", "Hosting"])
        self.assertFalse(self.renewal.subscription_renewal_changes)
        self.renewal.action_confirm()
        self.assertEqual(len(self.renewal.order_line), 2)

    def test_a_draft_follows_a_price_campaign(self):
        campaign = self.env["subscription.price.campaign"].create(
            {
                "name": "Rise",
                "contract_domain": str([("id", "=", self.order.id)]),
                "percentage": 10.0,
                "effective_date": date(2027, 4, 20),
                "start": "date",
                "notice_days": 0,
            }
        )
        campaign.action_preview()
        campaign.action_apply_batch(self.order.ids)
        self.assertEqual([row[2] for row in self.get_offer()], [11, 36.66])

    def test_a_draft_begins_where_its_contract_ends(self):
        self.order.subscription_last_date = date(2027, 5, 30)
        self.assertEqual(self.renewal.subscription_start_date, date(2027, 5, 31))
        self.assertEqual(self.renewal.validity_date, date(2027, 5, 30))
        self.assertFalse(self.renewal.subscription_renewal_changes)
        self.renewal.action_confirm()
        self.assertEqual(self.order.subscription_end_date, date(2027, 5, 31))

    def test_a_draft_gets_the_other_terms_of_its_contract(self):
        other = self._create_template("Arrears", timing="arrears")
        amendment = self.order._create_amendment()
        amendment.subscription_template_id = other
        amendment.action_confirm()
        self.assertEqual(self.renewal.subscription_template_id, other)
        self.assertEqual(self.get_offer(), [("Seat", 5, 10, 0), ("Support", 1, 33.33, 0)])

    def test_analytic_distribution_follows_until_the_confirmation_unless_it_was_edited(self):
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        account = self.env["account.analytic.account"].create({"name": "A", "plan_id": plan.id})
        other = self.env["account.analytic.account"].create({"name": "B", "plan_id": plan.id})
        self.send()
        first, second = self.order.sudo().order_line
        first.analytic_distribution = second.analytic_distribution = {str(account.id): 100}
        lines = self.renewal.sudo().order_line
        lines[1].analytic_distribution = {str(other.id): 100}
        self.renewal.action_confirm()
        self.assertEqual(lines[0].analytic_distribution, {str(account.id): 100})
        self.assertEqual(lines[1].analytic_distribution, {str(other.id): 100})

    def test_the_payment_method_of_the_contract_is_that_of_the_renewal(self):
        provider = self.env["payment.provider"].search([], limit=1)
        method = self.env["payment.method"].search([], limit=1)
        token = self.env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": self.partner.id,
                "provider_ref": "card",
            }
        )
        self.order.sudo().subscription_payment_token_id = token
        self.renewal.action_confirm()
        self.assertEqual(self.renewal.sudo().subscription_payment_token_id, token)

    # ------------------------------------------------------------------
    # One that was sent or edited
    # ------------------------------------------------------------------

    def test_a_quotation_that_was_sent_says_what_differs_once_and_is_not_confirmed(self):
        self.send()
        self.change(quantity=7)
        self.order._subscription_pause(date(2027, 4, 20), date(2027, 4, 25))
        self.assertEqual(self.get_offer()[0][1], 5)
        self.assertEqual(self.renewal.subscription_renewal_changes, "Seat: Quantity: 5 → 7.")
        notes = self.renewal.message_ids.filtered(lambda note: "5 → 7" in (note.body or ""))
        self.assertEqual(len(notes), 1)
        self.assertEqual(self.renewal.activity_ids.user_id, self.clerk)
        with self.assertRefused("Take the changes over, or decide to leave them out"):
            self.renewal.action_confirm()
        self.renewal.action_subscription_take_changes()
        self.assertEqual(self.get_offer()[0][1], 7)
        self.assertFalse(self.renewal.subscription_renewal_changes)
        self.renewal.action_confirm()
        self.assertEqual(self.renewal.state, "sale")

    def test_what_was_edited_stays_when_changes_are_taken_over(self):
        self.renewal.order_line[0].write({"price_unit": 8.0})
        self.renewal.order_line[1].unlink()
        self.change(quantity=7, price_unit=12.0)
        self.assertEqual(self.get_offer(), [("Seat", 5, 8, 0)])
        self.assertIn("Unit price", self.renewal.subscription_renewal_changes)
        self.renewal.action_subscription_take_changes()
        self.assertEqual(self.get_offer(), [("Seat", 7, 8, 0)])

    def test_another_start_date_counts_as_edited(self):
        self.renewal.subscription_start_date = date(2027, 4, 20)
        self.order.subscription_last_date = date(2027, 5, 30)
        self.assertIn("begins on 05/31/2027", self.renewal.subscription_renewal_changes)
        self.renewal.action_subscription_take_changes()
        self.assertEqual(self.renewal.subscription_start_date, date(2027, 4, 20))
        self.assertFalse(self.renewal.subscription_renewal_changes)

    def test_changes_can_be_left_out_which_is_noted_until_the_next_change(self):
        self.send()
        self.change(quantity=7)
        self.renewal.action_subscription_leave_changes()
        self.assertFalse(self.renewal.subscription_renewal_changes)
        self.assertIn("Left out", self.get_last_note(self.renewal))
        self.change(discount=10.0)
        self.assertIn("Discount", self.renewal.subscription_renewal_changes)
        self.renewal.action_subscription_leave_changes()
        self.renewal.action_confirm()
        self.assertEqual(self.renewal.order_line[0].product_uom_qty, 5)

    def test_a_change_that_is_taken_back_leaves_nothing_to_tell(self):
        self.send()
        self.change(quantity=7)
        self.change(quantity=5)
        self.assertFalse(self.renewal.subscription_renewal_changes)
        self.renewal.action_confirm()

    def test_a_renewal_at_list_prices_does_not_mind_the_prices_of_its_contract(self):
        self.order.sudo().subscription_renewal_price = "list"
        self.renewal.sudo()._action_cancel()
        self.renewal = self.order.sudo()._create_renewal_quotation().with_user(self.clerk)
        self.send()
        self.change(price_unit=12.0)
        self.assertFalse(self.renewal.subscription_renewal_changes)
        self.change(quantity=6)
        self.assertEqual(self.renewal.subscription_renewal_changes, "Seat: Quantity: 5 → 6.")

    def test_a_renewal_at_other_prices_says_so(self):
        self.seat.list_price = 14.0
        self.send()
        self.order.sudo().subscription_renewal_price = "list"
        self.assertEqual(
            self.renewal.subscription_renewal_changes,
            "The renewal is at the list prices of its first day.",
        )
        self.renewal.action_subscription_take_changes()
        self.assertEqual(self.get_offer()[0], ("Seat", 5, 14, 0))
        self.order.sudo().subscription_renewal_price = "same"
        self.assertEqual(
            self.renewal.subscription_renewal_changes, "The renewal is at the same prices."
        )
        self.renewal.action_subscription_take_changes()
        self.assertEqual(self.get_offer()[0], ("Seat", 5, 10, 0))

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    def test_a_customer_cannot_sign_what_is_outdated(self):
        self.send()
        self.change(quantity=7)
        visitor = self.env.ref("base.public_user")
        message = self.renewal.with_user(visitor).sudo()._confirmation_error_message()
        self.assertIn("ask us for a new quotation", message)

    def test_what_a_customer_has_signed_holds_and_staff_are_told_what_it_lacks(self):
        self.send()
        self.renewal.sudo().write({"signature": SIGNATURE, "signed_by": "Ada"})
        self.change(quantity=7)
        with self.assertRefused("was signed or is being paid"):
            self.renewal.action_subscription_take_changes()
        self.renewal.sudo().activity_ids.unlink()
        self.renewal.action_confirm()
        self.assertEqual(self.renewal.order_line[0].product_uom_qty, 5)
        notes = "".join(self.renewal.message_ids.mapped("body"))
        self.assertIn("accepted this renewal before these changes", notes)
        self.assertTrue(self.renewal.activity_ids)

    def test_a_colleague_without_subscription_rights_reads_the_warning(self):
        self.send()
        seller = new_test_user(
            self.env, "seller", groups="base.group_user,sales_team.group_sale_salesman"
        )
        self.renewal.sudo().user_id = seller
        self.change(quantity=7)
        renewal = self.renewal.with_user(seller)
        self.assertIn("5 → 7", renewal.subscription_renewal_changes)
        renewal.action_subscription_take_changes()
        self.assertEqual(renewal.order_line[0].product_uom_qty, 7)
