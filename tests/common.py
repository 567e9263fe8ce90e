from contextlib import contextmanager
from datetime import date
from itertools import count

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.analytics.mrr_ledger import MrrLedger
from .support.matched import assert_matched
from .support.warm import WarmCase


@tagged("post_install", "-at_install")
class SubscriptionCommon(WarmCase):
    """A company with a chart of accounts, one tax of 20 %, and a few recurring products.

    The clock stands at :attr:`today` until :meth:`travel` moves it.
    """

    today = date(2027, 1, 31)
    _numbers = count(1)
    _clock = None
    # Where the clock stands when a test begins, once the class has prepared what its tests share.
    _start_moment = None
    _last_moment = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(
                cls.env.context,
                tracking_disable=True,
                no_reset_password=True,
                mail_create_nosubscribe=True,
            )
        )
        cls.company = cls.env.company
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", cls.company)
        cls.company.subscription_tz = "UTC"
        cls.currency = cls.company.currency_id
        cls.month = cls.env.ref("sale_recurring.recurrence_month")
        cls.quarter = cls.env.ref("sale_recurring.recurrence_quarter")
        cls.year = cls.env.ref("sale_recurring.recurrence_year")
        cls.tax = cls._create_tax(20)
        cls.template = cls._create_template("Test terms")
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Ada Customer",
                "email": "ada@example.com",
                "country_id": cls.company.country_id.id,
            }
        )
        cls.seat = cls._create_product("Seat", 10.0)
        cls.support = cls._create_product("Support", 33.33)
        cls.hosting = cls._create_product("Hosting", 119.90)
        cls.setup_service = cls._create_product("Set-up", 250.0, is_recurring=False)
        cls.cron = cls.env.ref("sale_recurring.ir_cron_bill_subscriptions")

    def setUp(self):
        if "_start_moment" not in vars(type(self)):
            self._prepare()
        super().setUp()
        self._clock.move_to(self._start_moment)

    def prepare_once(self):
        """Make what each test of the class begins with: once, as each test takes back its own.

        Attributes that are set here belong to the class. Whoever extends it calls ``super`` first.
        """
        self.travel(self.today)

    def _prepare(self):
        """Let the first test make what all of them share, before its own begins."""
        before, cleanups = set(vars(self)), len(self._cleanups)
        self.prepare_once()
        # Also what waits for the end of the transaction, such as notes about what changed.
        self.env.cr.flush()
        self.assertEqual(len(self._cleanups), cleanups, "nothing of one test only belongs there")
        cls = type(self)
        for name in set(vars(self)) - before:
            setattr(cls, name, self.__dict__.pop(name))
        cls._start_moment = self._last_moment

    # ------------------------------------------------------------------
    # Clock
    # ------------------------------------------------------------------

    def travel(self, day, hour=12, minute=0):
        """Move the clock to a moment (UTC) of a day, noon unless told otherwise.

        :param day: date or ISO text
        :return: the day as a date
        """
        day = fields.Date.to_date(day)
        moment = f"{day.isoformat()} {hour:02d}:{minute:02d}:00"
        if not self._clock:
            type(self)._stop_time(moment)
        self._clock.move_to(moment)
        self._last_moment = moment
        return day

    @classmethod
    def _stop_time(cls, moment):
        """Stop the clock until the last test of the class: each stop looks through all modules."""
        clock = freeze_time(moment)
        cls._clock = clock.start()
        cls.addClassCleanup(cls._start_time, clock)

    @classmethod
    def _start_time(cls, clock):
        clock.stop()
        cls._clock = None

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    @classmethod
    def _create_tax(cls, amount, **values):
        return cls.env["account.tax"].create(
            {
                "name": f"Test tax {next(cls._numbers)}: {amount} %",
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _create_template(cls, name, **values):
        return cls.env["subscription.template"].create(
            {
                "name": name,
                "recurrence_id": cls.month.id,
                "recurrence_ids": [Command.set((cls.month | cls.quarter | cls.year).ids)],
                "timing": "advance",
                "alignment": "anniversary",
                "convention": "actual",
                "invoice_mode": "post",
                "payment_mode": "manual",
                **values,
            }
        )

    @classmethod
    def _create_mixed_term(cls):
        """Return terms of 2 % off for who pays early, of which the taxes are told from the start.

        :rtype: account.payment.term
        """
        return cls.env["account.payment.term"].create(
            {
                "name": "2 % off, taxes at once",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
            }
        )

    @classmethod
    def _create_product(cls, name, price, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "invoice_policy": "order",
                "list_price": price,
                "is_recurring": True,
                "taxes_id": [Command.set(cls.tax.ids)],
                **values,
            }
        )

    def create_order(self, *lines, template=None, **values):
        """Create a quotation.

        :param lines: products, or dicts of line values with at least ``product_id``
        :param template: subscription template, the common one when empty
        """
        commands = []
        for line in lines or (self.seat,):
            vals = dict(line) if isinstance(line, dict) else {"product_id": line.id}
            vals.setdefault("product_uom_qty", 1.0)
            commands.append(Command.create(vals))
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "subscription_template_id": (template or self.template).id,
                "order_line": commands,
                **values,
            }
        )

    def line_values(self, product, quantity=1.0, **values):
        """Return order line values for :meth:`create_order`."""
        return {"product_id": product.id, "product_uom_qty": quantity, **values}

    def book_payment(self, moves, **values):
        """Let a clerk book the payment of invoices.

        :param values: what the clerk types, all that is open by default
        :rtype: account.payment
        """
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        return wizard.create(values)._create_payments()

    def create_contract(self, *lines, day=None, **values):
        """Create a quotation and confirm it, on the given day when there is one."""
        if day:
            self.travel(day)
        order = self.create_order(*lines, **values)
        order.action_confirm()
        return order

    # ------------------------------------------------------------------
    # Billing
    # ------------------------------------------------------------------

    def bill(self, orders, day=None):
        """Bill contracts as the run does on a day; return the new documents in order of time."""
        if day:
            self.travel(day)
        orders._subscription_refresh_state()
        return orders._bill_subscriptions().sorted("id")

    def run_cron(self, day=None):
        """Let the scheduled job itself run on a day; it must not fail."""
        if day:
            self.travel(day)
        # Odoo catches what a job raises and logs it: below that level nobody would hear of it.
        log = self.assertNoLogs("odoo.addons.base.models.ir_cron", "ERROR")
        with self.enter_registry_test_mode(), log:
            self.assertIs(self.cron.method_direct_trigger(), True)

    def assertBillsNothing(self, orders):
        """A second run creates nothing: neither a document nor a ledger row."""
        rows = orders.subscription_billed_period_ids
        self.assertFalse(orders._bill_subscriptions())
        self.assertEqual(orders.subscription_billed_period_ids, rows)

    @contextmanager
    def assertRefused(self, text):
        """The block raises a sentence with these words; what it wrote is rolled back."""
        with self.assertRaises(UserError) as caught:
            yield
        self.assertIn(text, str(caught.exception))

    def get_table(self, order):
        """Return all recurring invoice lines of a contract as a table to compare.

        :return: tuples of first day, last day, quantity and signed untaxed amount
        """
        lines = order.subscription_billed_period_ids.invoice_line_id.filtered(
            lambda line: line.move_id.state != "cancel"
        )
        return [
            (
                line.deferred_start_date.isoformat(),
                line.deferred_end_date.isoformat(),
                line.quantity,
                line.price_subtotal * (-1 if line.move_id.move_type == "out_refund" else 1),
            )
            for line in lines.sorted(lambda line: (line.deferred_start_date, line.id))
        ]

    def assertLedgerWhole(self, orders, late=("state", "missed", "excess")):
        """Hold the invariants of the ledger on contracts.

        Credits never exceed what was booked, the rows of a posted line add up to what it says,
        and every recurring invoice line has its rows. The nightly check says the same; whether
        somebody billed in time is not asked here.

        :param late: what the nightly check may find, of those who did not bill in time
        """
        rows = orders.subscription_billed_period_ids
        for row in rows.filtered(lambda row: row.kind in ("charge", "move", "waive")):
            credits = row.reversed_by_ids.filtered(lambda credit: credit.kind == "credit")
            credited = -sum(credits.mapped("booked_amount"))
            self.assertLessEqual(round(abs(credited) - abs(row.booked_amount), 6), 0)
        for line, line_rows in rows.grouped("invoice_line_id").items():
            # The check below converts what is in another currency than the ledger.
            if line.move_id.state == "posted" and line.currency_id == line_rows.currency_id:
                self.assertAlmostEqual(
                    sum(line_rows.mapped("booked_amount")), line._get_price_basis_amount(), 6
                )
        recurring = orders.order_line.filtered("recurrence_id").invoice_lines.filtered(
            lambda line: line.parent_state != "cancel" and not line.subscription_adjusted_period_id
        )
        self.assertFalse(recurring - rows.invoice_line_id)
        self.assertEqual([found for found in self.find(orders) if found[0] not in late], [])
        assert_matched(self, orders)

    def assertMrrWhole(self, orders):
        """The movements of MRR add up to what running contracts are worth, chain by chain.

        What is missing is recorded first, as the end of the transaction and the job would.
        """
        origins, ledger = orders.subscription_origin_id, MrrLedger(self.env)
        ledger.record(origins)
        self.assertFalse(ledger.record(origins), "what is recorded once is recorded")
        sums = self.env["subscription.mrr.event"]._read_group(
            [("origin_id", "in", origins.ids)],
            ["origin_id"],
            ["amount:sum", "effective_date:max"],
        )
        moved = {origin.id: amount for origin, amount, _last in sums}
        # A clock that went back to the day before cannot take back what was told of this one.
        ahead = {o.id for o, _amount, last in sums if last > o._subscription_today()}
        for origin in origins.filtered(lambda one: one.id not in ahead):
            chain = origin.subscription_chain_ids
            running = chain.filtered(lambda one: one.subscription_state == "active")
            self.assertAlmostEqual(
                moved.get(origin.id, 0.0), sum(running.mapped("subscription_mrr")), 5, origin.name
            )

    def let_mails_leave(self):
        """Let the mails in the queue leave, as a mail server does, and keep them to be read."""
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
        mails.write({"auto_delete": False, "state": "sent"})
        for mail in mails:
            mail._postprocess_sent_message(mail.recipient_ids.ids, [])

    # ------------------------------------------------------------------
    # Nightly check
    # ------------------------------------------------------------------

    def find(self, orders):
        """Return what the nightly check finds wrong with contracts, as (kind, id of contract)."""
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["subscription.finding"].sudo()._find_in_contracts(orders)
        return [(values["check"], values["order_id"]) for values in found]

    def assertNothingFound(self, orders):
        """The nightly check has nothing to say about healthy contracts."""
        self.assertEqual(self.find(orders), [])

    # ------------------------------------------------------------------
    # Database
    # ------------------------------------------------------------------

    def count_queries(self, function, *args):
        """Return how many queries a function costs when nothing is remembered.

        Only those of the test's own cursor count, whatever other threads do meanwhile.
        """
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def plan_without_statistics(self):
        """Let a test with many records take as long as these need, whatever ran before it.

        The planner knows nothing of rows that are not committed yet. Where it last found only
        dead rows, it takes a table for empty and reads all of it again for each row of another:
        minutes for hundreds of invoices, hours for thousands. Plans without nested loops read
        each table once. They look expensive, so compiling them is switched off.
        """
        self.env.cr.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")

    def plant_copy(self, table, record, **changes):
        """Insert a copy of a row behind the ORM's back, which goes on with what it has read."""
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = %s AND column_name != 'id'",
            [table],
        )
        columns = [row[0] for row in self.env.cr.fetchall()]
        values = ", ".join(f"%({name})s" if name in changes else f'"{name}"' for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        self.env.cr.execute(  # pylint: disable=sql-injection
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id = %(id)s",  # noqa: S608
            {**changes, "id": record.id},
        )
