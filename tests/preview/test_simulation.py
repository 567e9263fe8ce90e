from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...engine.period import FOREVER, Period
from ...models.preview.tried import Tried
from ..support.common_operator import OperatorCase


@tagged("post_install", "-at_install")
class TestSimulation(OperatorCase):
    """What a simulation shows is what the runs of the coming months make; it writes nothing."""

    def create_own_contract(self, *lines, **values):
        """Return a contract of the clerk that was not billed yet."""
        order = self.create_contract(*lines, user_id=self.clerk.id, **values)
        return order.with_user(self.clerk)

    def get_money(self, simulation):
        """Return charged and credited of each month, rounded to the cent."""
        return [
            (round(month["charged"], 2), round(month["credited"], 2))
            for month in simulation["months"]
        ]

    def live(self, order, first, months):
        """Let the runs of the coming months happen, and return what they billed, by month."""
        found, day = [], first
        for _month in range(months):
            end = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            lines = self.env["account.move.line"]
            for moment in (day, day + timedelta(days=9), end - timedelta(days=1)):
                if moment < end:
                    moves = self.bill(order.sudo(), moment)
                    lines |= moves.invoice_line_ids
            amounts = [
                line.price_subtotal * (-1 if line.move_id.move_type == "out_refund" else 1)
                for line in lines
            ]
            found.append(
                (
                    round(sum(amount for amount in amounts if amount > 0), 2),
                    round(0.0 - sum(amount for amount in amounts if amount < 0), 2),
                )
            )
            day = end
        return found

    def assertSimulated(self, order, months=8):
        """The simulation of today equals the life that follows."""
        simulation = order._get_simulation(months=months)
        self.assertFalse(simulation["error"])
        today = order._subscription_today()
        self.assertEqual(self.get_money(simulation), self.live(order, today, months))
        return simulation

    # ------------------------------------------------------------------
    # The contract as it is
    # ------------------------------------------------------------------

    def test_simulation_equals_what_the_runs_make(self):
        order = self.create_own_contract(
            self.line_values(self.seat, 3),
            self.line_values(self.hosting, 1, recurrence_id=self.quarter.id, discount=10.0),
            self.setup_service,
            day="2027-01-31",
        )
        simulation = self.assertSimulated(order)
        self.assertEqual(self.get_money(simulation)[0], (3 * 10 + 0.9 * 119.9 + 250, 0))

    def test_planned_steps_pauses_and_ends_are_part_of_it(self):
        order = self.create_own_contract(self.line_values(self.seat, 8), day="2027-01-15")
        self.bill(order.sudo())
        self.travel("2027-01-20")
        order._subscription_change_line(order.order_line, date(2027, 2, 3), quantity=3)
        order._subscription_change_line(order.order_line, date(2027, 4, 20), price_unit=12.5)
        order._subscription_pause(date(2027, 3, 1), date(2027, 3, 11))
        order._subscription_close(date(2027, 7, 1))
        simulation = self.assertSimulated(order)
        self.assertEqual(
            [month["mrr"] for month in simulation["months"]],
            [80.0, 30.0, 30.0, 37.5, 37.5, 37.5, 0.0, 0.0],
        )

    def test_what_is_overdue_is_billed_in_the_first_month(self):
        order = self.create_own_contract(self.seat, day="2027-01-31")
        self.travel("2027-04-02")
        simulation = self.assertSimulated(order, months=3)
        self.assertEqual(self.get_money(simulation), [(40.0, 0.0), (10.0, 0.0), (10.0, 0.0)])

    def test_arrears_and_unused_days_that_are_kept(self):
        template = self._create_template("Late", timing="arrears", credit_on_pause="forfeit")
        late = self.create_own_contract(self.seat, template=template, day="2027-01-31")
        late._subscription_pause(date(2027, 3, 10), date(2027, 3, 20))
        self.assertSimulated(late, months=4)
        early = self._create_template("Kept", credit_on_pause="forfeit")
        kept = self.create_own_contract(self.support, template=early, day="2027-06-01")
        self.bill(kept.sudo())
        kept._subscription_pause(date(2027, 6, 10), date(2027, 6, 20))
        self.assertSimulated(kept, months=3)

    def test_first_mrr_is_that_of_the_contract_taxes_included_in_the_price_or_not(self):
        self.tax.price_include_override = "tax_included"
        order = self.create_own_contract(
            self.line_values(self.seat, 3),
            self.line_values(self.hosting, 1, recurrence_id=self.year.id),
        )
        simulation = order._get_simulation(months=2)
        self.assertAlmostEqual(simulation["months"][0]["mrr"], order.subscription_mrr, 6)
        self.assertAlmostEqual(simulation["months"][0]["charged"], 25.0 + 99.92, 2)

    def test_contract_that_begins_later_is_looked_at_from_its_first_day(self):
        order = self.create_own_contract(
            self.seat, self.setup_service, subscription_start_date=date(2027, 3, 20)
        )
        simulation = order._get_simulation(months=2)
        self.assertEqual(
            [month["date"] for month in simulation["months"]], ["2027-03-20", "2027-04-01"]
        )
        self.assertEqual(self.get_money(simulation), [(260.0, 0.0), (10.0, 0.0)])

    def test_renewals_at_list_prices_are_part_of_it(self):
        template = self._create_template(
            "Half a year",
            term_count=2,
            term_unit="month",
            end_action="renew",
            renewal_price="list",
        )
        order = self.create_own_contract(self.seat, template=template, day="2027-01-15")
        self.seat.list_price = 12.0
        simulation = self.assertSimulated(order, months=5)
        self.assertEqual(self.get_money(simulation), [(10, 0), (10, 0), (12, 0), (12, 0), (12, 0)])

    def test_credits_that_wait_for_the_next_invoice_wait_here_too(self):
        template = self._create_template("Wait", credit_on_downgrade="offset")
        order = self.create_own_contract(
            self.line_values(self.seat, 30), self.support, template=template, day="2027-01-15"
        )
        self.bill(order.sudo())
        line = order.order_line[0]
        tried = Tried(line=line, day=date(2027, 1, 20), quantity=25.0)
        simulation = order._get_simulation(tried, months=8)
        self.assertEqual(self.get_money(simulation)[:2], [(0.0, 0.0), (283.33, 41.94)])
        order._subscription_change_line(line, date(2027, 1, 20), quantity=25)
        order._subscription_close(date(2027, 6, 1))
        self.assertSimulated(order)

    # ------------------------------------------------------------------
    # A change to try
    # ------------------------------------------------------------------

    def test_tried_changes_equal_the_real_ones(self):
        changes = (
            (
                lambda order: Tried(
                    line=order.order_line, day=date(2027, 2, 10), quantity=5.0, discount=10.0
                ),
                lambda order: order._subscription_change_line(
                    order.order_line, date(2027, 2, 10), quantity=5.0, discount=10.0
                ),
            ),
            (
                lambda order: Tried(
                    line=order.order_line,
                    day=date(2027, 2, 3),
                    until=date(2027, 3, 5),
                    price_unit=1.0,
                ),
                lambda order: order._subscription_change_line(
                    order.order_line, date(2027, 2, 3), price_unit=1.0, until=date(2027, 3, 5)
                ),
            ),
            (
                lambda _order: Tried(gap=Period(date(2027, 2, 5), FOREVER)),
                lambda order: order._subscription_pause(date(2027, 2, 5)),
            ),
            (
                lambda _order: Tried(end=date(2027, 2, 20)),
                lambda order: order._subscription_close(date(2027, 2, 20)),
            ),
        )
        for tried, really in changes:
            order = self.create_own_contract(self.line_values(self.seat, 8), day="2027-01-31")
            self.bill(order.sudo())
            simulation = order._get_simulation(tried(order), months=4)
            really(order)
            self.assertEqual(simulation, order._get_simulation(months=4))
            self.assertEqual(self.get_money(simulation), self.live(order, date(2027, 1, 31), 4))

    def test_tried_pause_lets_periods_begin_anew_where_the_terms_say_so(self):
        template = self._create_template("Anew", pause_anchor="restart", credit_on_pause="forfeit")
        order = self.create_own_contract(self.seat, template=template, day="2027-01-31")
        self.bill(order.sudo())
        gap = Period(date(2027, 2, 10), date(2027, 3, 20))
        tried = Tried(gap=gap, is_forfeit=True, is_restart=True)
        simulation = order._get_simulation(tried, months=4)
        order._subscription_pause(gap.start, gap.end)
        self.assertEqual(simulation, order._get_simulation(months=4))
        self.assertEqual(self.get_money(simulation), self.live(order, date(2027, 1, 31), 4))

    def test_change_that_would_be_refused_is_refused(self):
        order = self.create_own_contract(self.seat)
        with self.assertRaisesRegex(UserError, "The quantity cannot be negative"):
            order._get_simulation(Tried(line=order.order_line, day=self.today, quantity=-1.0))

    # ------------------------------------------------------------------
    # Dialog
    # ------------------------------------------------------------------

    def test_dialog_compares_and_writes_nothing(self):
        order = self.create_own_contract(self.line_values(self.seat, 2), day="2027-02-01")
        self.bill(order.sudo())
        facts = self.get_facts(order)
        action = order.action_subscription_simulate()
        with self.assertNoWrites():
            wizard = Form(
                self.env[action["res_model"]]
                .with_user(self.clerk)
                .with_context(**action["context"])
            )
            self.assertEqual(len(wizard.result["before"]["months"]), 24)
            self.assertFalse(wizard.result["after"])
            wizard.kind = "line"
            self.assertEqual(wizard.line_id, order.order_line)
            self.assertFalse(wizard.result["after"])
            wizard.quantity = 4
            wizard.date = date(2027, 3, 1)
            self.assertEqual(wizard.result["after"]["months"][1]["charged"], 40.0)
            self.assertEqual(wizard.result["before"]["months"][1]["charged"], 20.0)
            wizard.until_date = date(2027, 2, 1)
            self.assertIn("over before it begins", wizard.result["error"])
            wizard.until_date = False
            wizard.kind = "pause"
            self.assertEqual(wizard.result["after"]["months"][1]["charged"], 0.0)
            wizard.kind = "end"
            self.assertEqual(wizard.result["after"]["months"][1]["mrr"], 0.0)
        self.assertEqual(self.get_facts(order), facts)

    def get_facts(self, order):
        order = order.sudo()
        return (
            order.order_line.segment_ids.ids,
            order.subscription_billed_period_ids.ids,
            order.subscription_interruption_ids.ids,
            order.invoice_ids.ids,
            order.subscription_next_invoice_date,
            order.message_ids.ids,
        )

    def assertNoWrites(self):
        """Return a context in which the database refuses every write."""
        return ReadOnly(self)


class ReadOnly:
    """Let PostgreSQL refuse what would be written, within a savepoint."""

    def __init__(self, case):
        self.case = case

    def __enter__(self):
        self.case.env.flush_all()
        self.savepoint = self.case.env.cr.savepoint(flush=False)
        self.savepoint.__enter__()
        self.case.env.cr.execute("SET TRANSACTION READ ONLY")

    def __exit__(self, *error):
        self.case.env.flush_all()
        self.savepoint.rollback()
        self.savepoint.__exit__(None, None, None)
