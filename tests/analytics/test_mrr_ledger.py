from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval
from psycopg2 import errors

from ...models.analytics.mrr_ledger import MrrLedger
from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestMrrLedger(SubscriptionCommon):
    """What contracts do leaves movements of MRR, and nothing else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["subscription.mrr.event"]
        cls.company._keep_mrr_date(date(2027, 1, 1))
        cls.job = cls.env.ref("sale_recurring.ir_cron_record_mrr")

    def record(self, day=None):
        """Let the transaction end, and the job run on a day."""
        if day:
            self.travel(day)
        self.env.cr.flush()
        log = self.assertNoLogs("odoo.addons.base.models.ir_cron", "ERROR")
        with self.enter_registry_test_mode(), log:
            self.assertIs(self.job.method_direct_trigger(), True)

    def get_events(self, order):
        """Return the movements of a chain of contracts in order: (day, kind, amount)."""
        self.env.cr.flush()
        found = self.Event.search(
            [("origin_id", "=", order.subscription_origin_id.id)], order="effective_date, id"
        )
        return [(e.effective_date.isoformat(), e.kind, round(e.amount, 2)) for e in found]

    def assertMrr(self, order):
        """The ledger of a chain adds up to what its contracts say."""
        self.env.cr.flush()
        events = self.Event.search([("origin_id", "=", order.subscription_origin_id.id)])
        chain = order.subscription_origin_id.subscription_chain_ids
        chain._subscription_refresh_state()
        running = chain.filtered(lambda one: one.subscription_state == "active")
        self.assertAlmostEqual(
            sum(events.mapped("amount")), sum(running.mapped("subscription_mrr")), 6
        )
        for event in events:
            self.assertAlmostEqual(sum(event.part_ids.mapped("amount")), event.amount, 6)
            self.assertAlmostEqual(
                sum(event.part_ids.mapped("company_amount")), event.company_amount, 6
            )

    # ------------------------------------------------------------------
    # What happens to a contract
    # ------------------------------------------------------------------

    def test_a_confirmation_is_new(self):
        order = self.create_contract(self.line_values(self.seat, 3), self.support, day="2027-02-01")
        self.assertEqual(self.get_events(order), [("2027-02-01", "new", 63.33)])
        self.assertMrr(order)
        event = self.Event.search([("order_id", "=", order.id)])
        self.assertEqual(event.part_ids.product_id, self.seat | self.support)
        self.assertEqual(event.commercial_partner_id, self.partner)
        self.assertEqual(event.user_id, order.user_id)
        self.assertEqual(event.template_id, self.template)
        self.assertFalse(event.is_correction)

    def test_nothing_is_recorded_for_the_future(self):
        order = self.create_contract(
            self.line_values(self.seat, 3),
            day="2027-02-01",
            subscription_start_date=date(2027, 3, 1),
        )
        self.assertEqual(self.get_events(order), [])
        self.record("2027-02-28")
        self.assertEqual(self.get_events(order), [])
        self.record("2027-03-01")
        self.assertEqual(self.get_events(order), [("2027-03-01", "new", 30.0)])

    def test_quantities_up_and_down(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.travel("2027-02-10")
        order.order_line.product_uom_qty = 5
        self.travel("2027-02-20")
        order.order_line.product_uom_qty = 1
        self.assertEqual(
            self.get_events(order),
            [
                ("2027-02-01", "new", 30.0),
                ("2027-02-10", "expansion", 20.0),
                ("2027-02-20", "contraction", -40.0),
            ],
        )
        self.assertMrr(order)

    def test_two_changes_of_a_day_are_one_movement(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        order.order_line.product_uom_qty = 5
        self.env.cr.flush()
        order.order_line.product_uom_qty = 3
        events = self.get_events(order)
        self.assertEqual(sum(amount for _day, _kind, amount in events), 30.0)
        self.assertEqual({kind for _day, kind, _amount in events}, {"new"})

    def test_a_pause_takes_it_and_the_return_brings_it_back(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.travel("2027-02-10")
        order._subscription_pause(date(2027, 2, 10), date(2027, 2, 20))
        self.assertEqual(self.get_events(order)[1:], [("2027-02-10", "pause", -30.0)])
        self.assertMrr(order)
        self.record("2027-02-20")
        self.assertEqual(self.get_events(order)[2:], [("2027-02-20", "resume", 30.0)])

    def test_an_end_is_churn_on_its_day_with_its_reason(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        reason = self.env["subscription.close.reason"].search([], limit=1)
        order._subscription_close(date(2027, 3, 1), reason=reason)
        self.assertEqual(len(self.get_events(order)), 1)
        self.record("2027-03-01")
        self.assertEqual(self.get_events(order)[1:], [("2027-03-01", "churn", -30.0)])
        event = self.Event.search([("order_id", "=", order.id), ("kind", "=", "churn")])
        self.assertEqual(event.close_reason_id, reason)
        self.assertEqual(event.is_voluntary, reason.is_voluntary)
        self.assertMrr(order)

    def test_what_never_ran_leaves_nothing(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.get_events(order)
        order._action_cancel()
        self.assertEqual(sum(event[2] for event in self.get_events(order)), 0)
        order.action_draft()
        self.assertEqual(sum(event[2] for event in self.get_events(order)), 0)
        order.unlink()

    def test_a_dry_run_leaves_nothing(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        before = self.get_events(order)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            order.order_line.product_uom_qty = 9
            raise ZeroDivisionError
        self.assertEqual(self.get_events(order), before)

    def test_running_the_job_again_adds_nothing(self):
        orders = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        orders |= self.create_contract(self.support)
        self.record("2027-02-02")
        before = self.Event.search([])
        self.record()
        self.company.subscription_mrr_date = False
        self.record()
        self.assertEqual(self.Event.search([]), before)

    # ------------------------------------------------------------------
    # The past
    # ------------------------------------------------------------------

    def test_the_first_run_records_all_history(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.travel("2027-02-10")
        order.order_line.product_uom_qty = 5
        self.env.cr.precommit.clear()
        self.env.cr.execute("ALTER TABLE subscription_mrr_part DISABLE TRIGGER USER")
        self.env.cr.execute("ALTER TABLE subscription_mrr_event DISABLE TRIGGER USER")
        self.env.cr.execute("DELETE FROM subscription_mrr_part")
        self.env.cr.execute("DELETE FROM subscription_mrr_event")
        self.env.invalidate_all()
        self.company.subscription_mrr_date = False
        self.record("2027-04-01")
        self.assertEqual(
            self.get_events(order),
            [("2027-02-01", "new", 30.0), ("2027-02-10", "expansion", 20.0)],
        )
        self.assertFalse(any(self.Event.search([]).mapped("is_correction")))

    def test_a_change_of_the_past_is_a_correction(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.record("2027-02-20")
        order._subscription_change_line(order.order_line, date(2027, 2, 10), quantity=4)
        self.assertEqual(self.get_events(order)[1:], [("2027-02-10", "expansion", 10.0)])
        late = self.Event.search([("order_id", "=", order.id), ("kind", "=", "expansion")])
        self.assertTrue(late.is_correction)
        self.assertMrr(order)

    def test_the_database_refuses_to_change_or_delete(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.get_events(order)
        event = self.Event.sudo().search([("order_id", "=", order.id)])
        for record in (event, event.part_ids):
            with self.assertRefused("never changed or deleted"):
                record.company_amount = 5
            with self.assertRefused("never changed or deleted"):
                record.unlink()
        for query in (
            "UPDATE subscription_mrr_event SET amount = 1",
            "UPDATE subscription_mrr_event SET user_id = NULL",
            "UPDATE subscription_mrr_part SET amount = 1",
            "DELETE FROM subscription_mrr_part",
            "DELETE FROM subscription_mrr_event",
            "TRUNCATE subscription_mrr_event CASCADE",
        ):
            with (
                self.subTest(query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query)

    def test_a_salesperson_who_is_gone_is_forgotten_and_customers_merge(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.get_events(order)
        event = self.Event.search([("order_id", "=", order.id)])
        twin = self.partner.copy({"email": self.partner.email})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.partner | twin).ids, twin)
        self.env.invalidate_all()
        self.assertEqual(event.commercial_partner_id, twin)
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.RestrictViolation):
            self.env.cr.execute("UPDATE subscription_mrr_event SET partner_id = 1")

    # ------------------------------------------------------------------
    # Renewals, salespeople, currencies
    # ------------------------------------------------------------------

    def test_another_salesperson_takes_over(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.get_events(order)
        old, new = order.user_id, self.env.ref("base.user_admin").copy({"login": "new seller"})
        self.travel("2027-02-10")
        order.user_id = new
        self.assertEqual(
            self.get_events(order)[1:],
            [("2027-02-10", "transfer", -30.0), ("2027-02-10", "transfer", 30.0)],
        )
        sums = {}
        for event in self.Event.search([("order_id", "=", order.id)]):
            sums[event.user_id] = sums.get(event.user_id, 0) + event.company_amount
        self.assertEqual(sums, {old: 0.0, new: 30.0})
        before = self.get_events(order)
        self.record("2027-02-11")
        self.assertEqual(self.get_events(order), before)

    def test_a_correction_belongs_to_whoever_had_the_contract_then(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        old, new = order.user_id, self.env.ref("base.user_admin").copy({"login": "later seller"})
        self.record("2027-02-10")
        order.user_id = new
        self.record("2027-02-20")
        order._subscription_change_line(order.order_line, date(2027, 2, 5), quantity=4)
        self.env.cr.flush()
        events = self.Event.search([("order_id", "=", order.id)])
        late = events.filtered("is_correction")
        self.assertEqual((late.user_id, late.amount), (old, 10.0))
        for user, amount in ((old, 0.0), (new, 40.0)):
            theirs = events.filtered(lambda event, user=user: event.user_id == user)
            self.assertEqual(sum(theirs.mapped("amount")), amount)

    def test_amounts_are_told_in_both_currencies_and_the_drift_apart(self):
        euro = self.env.ref("base.EUR") if self.currency.name != "EUR" else self.env.ref("base.USD")
        euro.active = True
        euro.rate_ids.unlink()
        for day, rate in (("2027-01-01", 2.0), ("2027-02-15", 4.0)):
            self.env["res.currency.rate"].create(
                {"currency_id": euro.id, "name": day, "rate": rate, "company_id": self.company.id}
            )
        pricelist = self.env["product.pricelist"].create({"name": "E", "currency_id": euro.id})
        line = self.line_values(self.seat, 3, price_unit=10.0)
        order = self.create_contract(line, day="2027-02-01", pricelist_id=pricelist.id)
        self.record("2027-03-01")
        self.record("2027-03-02")
        self.record("2027-03-20")
        events = self.Event.search([("order_id", "=", order.id)], order="effective_date, id")
        self.assertEqual(
            [(e.kind, e.amount, e.company_amount) for e in events],
            [("new", 30.0, 15.0), ("fx", 0.0, -7.5)],
        )
        order._subscription_close(date(2027, 3, 20))
        self.env.cr.flush()
        events = self.Event.search([("order_id", "=", order.id)])
        self.assertEqual(sum(events.mapped("company_amount")), 0.0)

    def test_a_policy_that_counts_paused_contracts(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        order._subscription_pause(date(2027, 2, 10), None)
        self.record("2027-02-10")
        self.assertEqual(sum(event[2] for event in self.get_events(order)), 0.0)
        self.company.subscription_paused_counts = True
        self.record("2027-02-11")
        self.assertEqual(sum(event[2] for event in self.get_events(order)), 30.0)

    def test_the_button_of_a_contract_opens_its_own_history_as_a_chart(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.create_contract(self.line_values(self.seat, 5), day="2027-02-01")
        self.travel("2027-02-10")
        order._subscription_change_line(order.order_line, date(2027, 2, 10), quantity=4)
        self.env.cr.flush()
        xml_id = "sale_recurring.subscription_mrr_chain_action"
        action = self.env["ir.actions.actions"]._for_xml_id(xml_id)
        self.assertEqual([mode for _view, mode in action["views"]], ["graph", "list", "form"])
        domain = safe_eval(action["domain"], {"active_ids": order.ids})
        events = self.Event.search(domain)
        self.assertEqual((set(events.order_id), sum(events.mapped("amount"))), ({order}, 40.0))

    # ------------------------------------------------------------------
    # Check, rights
    # ------------------------------------------------------------------

    def test_the_check_finds_and_repairs_what_is_missing(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.record("2027-02-02")
        self.assertNotIn(("mrr", order.id), self.find(order))
        self.env.cr.execute(
            "UPDATE subscription_segment SET mrr = 35 WHERE order_id = %s", [order.id]
        )
        self.assertIn(("mrr", order.id), self.find(order))
        Finding = self.env["subscription.finding"].sudo()
        Finding._check_contracts(order)
        finding = Finding.search([("check", "=", "mrr"), ("order_id", "=", order.id)])
        self.assertIn(order.name, finding.message)
        finding._repair()
        self.assertEqual(finding.state, "resolved")
        self.assertIn(("2027-02-01", "new", 5.0), self.get_events(order))
        # What is true today is told for today.
        self.assertMrr(order)

    def test_a_salesperson_sees_own_figures_and_a_leader_the_teams(self):
        group = self.env.ref("sales_team.group_sale_salesman")
        users = self.env["res.users"]
        for login in ("seller a", "seller b", "leader"):
            users |= users.create(
                {"name": login, "login": login, "group_ids": [Command.set(group.ids)]}
            )
        seller, other, leader = users
        team = self.env["crm.team"].create({"name": "Ours", "user_id": leader.id})
        order = self.create_contract(
            self.line_values(self.seat, 3), day="2027-02-01", user_id=seller.id, team_id=team.id
        )
        self.get_events(order)
        domain = [("order_id", "=", order.id)]
        for user, count in ((seller, 1), (other, 0), (leader, 1)):
            self.assertEqual(self.Event.with_user(user).search_count(domain), count)
            groups = self.Event.with_user(user)._read_group(domain, [], ["company_amount:sum"])
            self.assertEqual(groups[0][0] or 0.0, 30.0 * count)
            Part = self.env["subscription.mrr.part"].with_user(user)
            self.assertEqual(Part.search_count([("event_id.order_id", "=", order.id)]), count)
        with self.assertRaises(AccessError):
            self.Event.with_user(seller).create({"kind": "new"})
        nobody = users.create({"name": "n", "login": "nobody at all"})
        with self.assertRaises(AccessError):
            self.Event.with_user(nobody).search(domain)

    def test_the_number_of_queries_does_not_depend_on_how_many(self):
        orders = self.env["sale.order"]
        for _number in range(6):
            orders |= self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.env.cr.precommit.clear()
        ledger = MrrLedger(self.env)
        self.count_queries(ledger.record, orders[:1])
        one = self.count_queries(ledger.record, orders[1:2])
        four = self.count_queries(ledger.record, orders[2:])
        self.assertLessEqual(four, one)
        with self.assertRaises(UserError):
            orders.unlink()
