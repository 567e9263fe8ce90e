from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestMrrPolicy(SubscriptionCommon):
    """Another way to count is looked at first, and then adds corrections."""

    def prepare_once(self):
        super().prepare_once()
        self.Event = self.env["subscription.mrr.event"]
        self.company._keep_mrr_date(date(2027, 1, 1))
        self.paused = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.other = self.create_contract(self.line_values(self.seat, 5))
        self.travel("2027-02-10")
        self.paused._subscription_pause(date(2027, 2, 10), None)
        self.env.cr.flush()
        self.travel("2027-04-20")

    def get_wizard(self, **values):
        return self.env["subscription.mrr.policy.wizard"].create(values)

    def test_the_preview_tells_what_changes_and_writes_nothing(self):
        before = self.Event.search([])
        same = self.get_wizard()
        self.assertEqual((same.contract_count, same.movement_count), (0, 0))
        wizard = self.get_wizard(paused_counts=True)
        self.assertEqual((wizard.contract_count, wizard.movement_count), (1, 1))
        months = {
            line.date.isoformat(): (line.before, line.after, line.difference)
            for line in wizard.line_ids
        }
        base = months["2027-01-31"][0]
        self.assertEqual(months["2027-01-31"], (base, base, 0.0))
        for day in ("2027-02-28", "2027-03-31", "2027-04-20"):
            self.assertEqual(months[day], (base + 50.0, base + 80.0, 30.0))
        self.assertEqual(self.Event.search([]), before)
        self.assertFalse(self.company.subscription_paused_counts)

    def test_to_choose_it_adds_corrections_and_keeps_what_was_recorded(self):
        told = self.Event.search([])
        before = [(event.id, event.kind, event.amount) for event in told]
        self.get_wizard(paused_counts=True).action_apply()
        self.assertTrue(self.company.subscription_paused_counts)
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_record_mrr").method_direct_trigger()
        self.assertEqual([(event.id, event.kind, event.amount) for event in told], before)
        new = self.Event.search([]) - told
        self.assertEqual(
            (new.order_id, new.kind, new.amount, new.is_correction),
            (self.paused, "pause", 30.0, True),
        )
        self.assertEqual(self.get_wizard().contract_count, 0)

    def test_only_administrators_of_the_database_look_at_it(self):
        manager = new_test_user(
            self.env, "policy manager", groups="sale_recurring.group_subscription_manager"
        )
        with self.assertRaises(AccessError):
            self.env["subscription.mrr.policy.wizard"].with_user(manager).create({})

    def test_a_renewal_in_another_currency_counts_at_the_rate_of_its_first_day(self):
        euro = self.env.ref("base.EUR") if self.currency.name != "EUR" else self.env.ref("base.USD")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2027-01-01", "rate": 2.0}
        )
        pricelist = self.env["product.pricelist"].create({"name": "E", "currency_id": euro.id})
        first = self.other
        second = self.create_contract(
            self.line_values(self.seat, 5, price_unit=24.0), pricelist_id=pricelist.id
        )
        first._subscription_close(date(2027, 4, 20))
        self.env.cr.precommit.clear()
        second._as_system().subscription_origin_id = first
        self.Event._remember_contracts(first | second)
        self.env.cr.flush()
        events = self.Event.search([("origin_id", "=", first.id)], order="effective_date, id")
        self.assertEqual(
            [(event.kind, event.company_amount) for event in events],
            [("new", 50.0), ("expansion", 10.0)],
        )
        # The chain stays in the currency it began with: later rates change nothing, the end all.
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2027-05-10", "rate": 4.0}
        )
        self.travel("2027-06-20")
        second._subscription_close(date(2027, 6, 20))
        self.env.cr.flush()
        events = self.Event.search([("origin_id", "=", first.id)])
        self.assertEqual(set(events.currency_id), {first.currency_id})
        self.assertEqual(sum(events.mapped("amount")), 0.0)
        self.assertEqual(sum(events.mapped("company_amount")), 0.0)
        findings = self.env["subscription.finding"].sudo()
        findings._check_contracts(first | second)
        self.assertFalse(
            findings.search([("check", "=", "mrr"), ("order_id", "in", (first | second).ids)])
        )


@tagged("post_install", "-at_install")
class TestMrrChoices(SubscriptionCommon):
    """Trials, limited discounts and cancellations count in one way unless another is chosen."""

    def prepare_once(self):
        super().prepare_once()
        self.company._keep_mrr_date(date(2027, 1, 1))

    def get_days(self, order):
        """Return what an order moved by day, corrections included."""
        self.env["subscription.mrr.event"]._remember_contracts(order)
        self.env.cr.flush()
        found = {}
        for event in self.env["subscription.mrr.event"].search([("order_id", "=", order.id)]):
            day = event.effective_date.isoformat()
            found[day] = found.get(day, 0.0) + event.company_amount
        return {day: amount for day, amount in sorted(found.items()) if amount}

    def choose(self, order, **values):
        """Choose another way to count, which changes one contract and no other."""
        self.company._keep_mrr_date(order._subscription_today())
        wizard = self.env["subscription.mrr.policy.wizard"].create(values)
        told = self.env["subscription.mrr.event"].search_count([("origin_id", "=", order.id)])
        before = self.env["subscription.mrr.event"].search([])
        count = wizard.movement_count
        self.assertEqual(wizard.contract_count, 1)
        wizard.action_apply()
        with self.enter_registry_test_mode():
            self.env.ref("sale_recurring.ir_cron_record_mrr").method_direct_trigger()
        new = self.env["subscription.mrr.event"].search([]) - before
        self.assertEqual((len(new), new.origin_id), (count, order))
        self.assertEqual(all(new.mapped("is_correction")), bool(told))
        self.assertEqual(self.env["subscription.mrr.policy.wizard"].create({}).contract_count, 0)

    def create_trial(self):
        self.travel("2027-02-01")
        order = self.create_order(self.line_values(self.seat, 3))
        order.write({"subscription_trial_count": 1, "subscription_trial_unit": "month"})
        order.action_confirm()
        return order

    def test_trials_count_from_the_first_paid_day_or_from_the_first_day(self):
        self.create_contract(self.line_values(self.seat, 5), day="2027-02-01")
        order = self.create_trial()
        self.travel("2027-04-20")
        self.assertEqual(self.get_days(order), {"2027-03-01": 30.0})
        self.choose(order, trials_count=True)
        self.assertEqual(self.get_days(order), {"2027-02-01": 30.0})

    def test_a_trial_that_was_cancelled_was_lost_where_trials_count(self):
        order = self.create_trial()
        self.travel("2027-02-08")
        order._subscription_close(date(2027, 2, 11))
        self.travel("2027-04-20")
        self.assertEqual(self.get_days(order), {})
        self.choose(order, trials_count=True)
        self.assertEqual(self.get_days(order), {"2027-02-01": 30.0, "2027-02-11": -30.0})

    def test_limited_discounts_lower_mrr_or_do_not(self):
        self.create_contract(self.line_values(self.seat, 5), day="2027-02-01")
        order = self.create_contract(
            self.line_values(self.seat, 5, intro_discount=20, intro_period_count=2),
            day="2027-02-01",
        )
        self.travel("2027-04-20")
        self.assertEqual(self.get_days(order), {"2027-02-01": 40.0, "2027-04-01": 10.0})
        self.choose(order, before_discounts=True)
        self.assertEqual(self.get_days(order), {"2027-02-01": 50.0})

    def test_churn_counts_on_the_last_day_or_on_that_of_the_cancellation(self):
        self.create_contract(self.line_values(self.seat, 5), day="2027-02-01")
        order = self.create_contract(self.line_values(self.seat, 4), day="2027-02-01")
        self.travel("2027-02-15")
        order._subscription_close(date(2027, 3, 10))
        self.travel("2027-02-20")
        order._subscription_close(date(2027, 3, 12))
        self.travel("2027-04-20")
        self.assertEqual(self.get_days(order), {"2027-02-01": 40.0, "2027-03-12": -40.0})
        self.choose(order, churn_at_cancellation=True)
        self.assertEqual(self.get_days(order), {"2027-02-01": 40.0, "2027-02-15": -40.0})
        order._subscription_refresh_state()
        order._subscription_reopen(date(2027, 4, 20))
        self.assertFalse(order.subscription_cancelled_date)
        self.assertEqual(
            self.get_days(order),
            {"2027-02-01": 40.0, "2027-02-15": -40.0, "2027-04-20": 40.0},
        )

    def test_a_cancellation_that_is_taken_back_lost_nothing(self):
        self.company.subscription_churn_at_cancellation = True
        order = self.create_contract(self.line_values(self.seat, 4), day="2027-02-01")
        self.travel("2027-02-15")
        order._subscription_close(date(2027, 3, 10))
        self.assertEqual(self.get_days(order), {"2027-02-01": 40.0, "2027-02-15": -40.0})
        self.travel("2027-02-20")
        order._subscription_keep()
        self.assertEqual(self.get_days(order), {"2027-02-01": 40.0})


@tagged("post_install", "-at_install")
class TestMrrCost(SubscriptionCommon):
    """What the ledger of MRR costs the run that bills."""

    def test_a_batch_that_is_billed_asks_one_query_more_at_most(self):
        contracts = [
            [
                self.create_contract(self.line_values(self.seat, 3), day="2027-02-01").id
                for _n in "abc"
            ]
            for _batch in range(3)
        ]
        self.env.cr.flush()
        _warm, free, kept = (self.env["sale.order"].browse(ids) for ids in contracts)
        self.count_queries(self.bill_and_end, _warm)
        with_ledger = self.count_queries(self.bill_and_end, kept)
        self.patch(
            type(self.env["subscription.mrr.event"]), "_remember_contracts", lambda *_args: None
        )
        without = self.count_queries(self.bill_and_end, free)
        self.assertLessEqual(with_ledger, without + 1)

    def bill_and_end(self, orders):
        """Bill a batch as the run does, up to the end of its transaction."""
        orders._bill_subscriptions()
        self.env.cr.flush()
