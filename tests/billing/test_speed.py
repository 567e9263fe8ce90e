from datetime import date
from unittest.mock import patch

from odoo import sql_db
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.billing.billing_run import BillingRun
from ..common import SubscriptionCommon
from ..support.common_copy import copy_contracts


def drop_columns(text):
    """Return a statement from its own FROM on.

    A column that depends on the company names the table of its values: products have one where the
    shop is installed, and are read in any case.
    """
    depth = 0
    for position, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if not depth and text.startswith(" FROM ", position):
            return text[position:]
    return text


@tagged("post_install", "-at_install")
class TestSpeed(SubscriptionCommon):
    """What the run may cost, counted in queries, and that nothing is paid for it elsewhere."""

    def record_statements(self, function, *args):
        """Return the statements that a function sends to the database, as they were sent."""
        sent, execute = [], sql_db.Cursor.execute

        def record(cursor, *args, **kwargs):
            result = execute(cursor, *args, **kwargs)
            sent.append(cursor._obj.query.decode())
            return result

        with patch.object(sql_db.Cursor, "execute", record):
            function(*args)
        return sent

    # ------------------------------------------------------------------
    # Many contracts
    # ------------------------------------------------------------------

    def create_copies(self, count):
        """Create contracts of two lines that are due today, each of another customer."""
        partners = self.env["res.partner"].create(
            [
                {"name": f"Customer {number}", "country_id": self.company.country_id.id}
                for number in range(count)
            ]
        )
        order = self.create_order(self.line_values(self.seat, 2), self.support)
        order.partner_id = partners[0]
        order.action_confirm()
        self.env.flush_all()
        copies = copy_contracts(self.env.cr, order.id, partners[1:].ids)
        return order | order.browse(copies)

    def count_run(self, count):
        """Bill so many contracts in batches of 100 and return the queries it took."""
        orders = self.create_copies(count)
        queries = self.count_queries(self.run_cron)
        self.assertEqual(set(orders.mapped("invoice_count")), {1})
        self.assertEqual(len(orders.invoice_ids), count)
        self.assertEqual(set(orders.invoice_ids.mapped("state")), {"posted"})
        return queries

    def test_a_contract_costs_few_queries_and_not_more_among_many(self):
        self.travel("2027-04-01")
        self.plan_without_statistics()
        self.count_run(1)
        idle = self.count_queries(self.run_cron)
        one = self.count_run(1)
        hundred = self.count_run(100)
        many = self.count_run(1000)
        facts = f"{idle} without contracts, {one} for 1, {hundred} for 100, {many} for 1,000"
        self.assertLessEqual((hundred - one) / 99, 10, facts)
        self.assertLessEqual(many / 1000, hundred / 100, facts)
        if "project.project" not in self.env:  # that addon looks for a project for each line
            # What the addon makes of it, so that nobody slows it down without noticing.
            self.assertLessEqual(hundred / 100, 3.7, facts)

    def test_run_remembers_only_contracts_that_stay_due(self):
        self.travel("2027-04-01")
        orders = self.create_copies(5)
        self.company.subscription_batch_size = 2
        skipped, pick = [], BillingRun.pick

        def record(run, limit, skip=()):
            skipped.append(set(skip))
            return pick(run, limit, skip)

        with patch.object(BillingRun, "pick", record):
            self.run_cron()
            self.assertEqual(skipped, [set()] * 4)
            self.assertEqual(len(orders.invoice_ids), 5)
            skipped.clear()
            with patch.object(BillingRun, "bill"):
                self.run_cron("2027-05-01")
        self.assertEqual([len(ids) for ids in skipped], [0, 2, 4, 5])
        self.run_cron()
        self.assertEqual(len(orders.invoice_ids), 10)

    def test_no_run_reads_what_was_invoiced_long_ago(self):
        order = self.create_contract(self.seat, self.support, day="2027-01-01")
        for month in range(1, 5):
            self.run_cron(f"2027-{month:02d}-01")
        self.env.flush_all()
        self.env.invalidate_all()
        sent = self.record_statements(self.run_cron, "2027-05-01")
        link = "sale_order_line_invoice_rel"
        reads = [text for text in sent if text.startswith("SELECT") and f'JOIN "{link}"' in text]
        self.assertEqual(reads, [])
        self.assertEqual({len(line.invoice_lines) for line in order.order_line}, {5})

    def test_searches_of_the_run_read_indexes(self):
        wanted = {"_due_to_bill", "_due_to_start", "_due_to_end"}
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'sale_order' "
            "AND schemaname = current_schema"
        )
        names = {row[0].removeprefix("sale_order") for row in self.env.cr.fetchall()}
        self.assertLessEqual(wanted, names)
        sent = self.record_statements(BillingRun(self.env).pick, 100)
        [pick] = [
            text for text in sent if "FOR NO KEY UPDATE" in text and 'company_id" IN (' in text
        ]
        plan = self.explain_among_many(pick, "sort", "incremental_sort")
        self.assertIn("sale_order_due_to_bill", plan)
        self.assertIn("subscription_next_invoice_date <=", plan.split("Index Cond")[1])
        self.assertNotIn("Sort", plan)

    def test_search_for_what_is_sold_once_reads_an_index(self):
        recurring = self.create_contract(self.seat)
        self.env.flush_all()
        copy_contracts(self.env.cr, recurring.id, self.partner.ids * 300)
        sent = self.record_statements(self.env["sale.order"]._refresh_one_off_dates)
        [search] = [text for text in sent if 'FROM "sale_order_line"' in text]
        plan = self.explain_among_many(search)
        self.assertIn("sale_order_line_one_off_to_bill", plan)

    def explain_among_many(self, statement, *forbidden):
        """Return the plan of a search; in a small table any plan is cheap.

        :param str forbidden: what else the planner would never choose in a large table
        """
        for name in ("seqscan", "bitmapscan", *forbidden):
            self.env.cr.execute(SQL("SET LOCAL %s = off", SQL.identifier(f"enable_{name}")))
        rows = self.env.execute_query(SQL("EXPLAIN " + statement.replace("%", "%%")))
        return "\n".join(row[0] for row in rows)

    # ------------------------------------------------------------------
    # Values that are handed to core
    # ------------------------------------------------------------------

    def test_core_corrects_amounts_that_were_announced_wrongly(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-04-01")
        Move = self.env.registry["account.move"]
        announce = Move._fill_expected_amounts

        def announce_wrongly(moves, vals):
            announce(moves, vals)
            for _command, _id, line_vals in vals["invoice_line_ids"]:
                self.assertEqual(line_vals["balance"], -30.0)
                line_vals["amount_currency"] = line_vals["balance"] = -31.0

        with patch.object(Move, "_fill_expected_amounts", announce_wrongly):
            invoice = self.bill(order)
        self.assertEqual(invoice.invoice_line_ids.balance, -30.0)
        self.assertEqual(invoice.amount_untaxed, 30.0)
        self.assertEqual(invoice.amount_total, 36.0)
        self.assertLedgerWhole(order)

    def test_nothing_is_announced_where_core_would_not_look(self):
        included = self._create_tax(20, price_include_override="tax_included")
        cases = [
            ("no tax", []),
            ("tax included", included.ids),
        ]
        for label, tax_ids in cases:
            with self.subTest(label):
                vals = {
                    "currency_id": self.currency.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "quantity": 1.0,
                                "price_unit": 12.0,
                                "discount": 0.0,
                                "tax_ids": [Command.set(tax_ids)],
                            }
                        )
                    ],
                }
                self.env["account.move"]._fill_expected_amounts(vals)
                self.assertNotIn("balance", vals["invoice_line_ids"][0][2])

    def test_batch_takes_the_journal_and_the_analytic_distribution_that_core_would(self):
        plan = self.env["account.analytic.plan"].create({"name": "Plan"})
        account, other = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("Project", "Other")]
        )
        order = self.create_contract(
            self.line_values(self.seat, analytic_distribution={str(account.id): 100}),
            self.support,
            day="2027-04-01",
        )
        first = self.bill(order)
        self.assertEqual(first.journal_id, first.new({"move_type": "out_invoice"}).journal_id)
        self.assertEqual(
            first.invoice_line_ids.mapped("analytic_distribution"), [{str(account.id): 100}, False]
        )
        self.env["account.analytic.distribution.model"].create(
            {
                "product_id": self.support.id,
                "analytic_distribution": {str(other.id): 100},
                "company_id": self.company.id,
            }
        )
        second = self.bill(order, "2027-05-01")
        self.assertEqual(
            second.invoice_line_ids.mapped("analytic_distribution"),
            [{str(account.id): 100}, {str(other.id): 100}],
        )

    def test_numbers_of_a_batch_have_no_gap_and_start_anew_with_the_year(self):
        orders = self.env["sale.order"].union(
            *(self.create_contract(self.seat, day="2027-12-15") for _number in range(3))
        )
        december = self.bill(orders)
        january = self.bill(orders, "2028-01-15")
        for moves, year in ((december, 2027), (january, 2028)):
            numbers = sorted(moves.mapped("sequence_number"))
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))
            self.assertTrue(all(f"/{year}/" in name for name in moves.mapped("name")))
        self.assertEqual(min(january.mapped("sequence_number")), 1)
        by_hand = december[0].copy({"invoice_date": date(2027, 12, 15)})
        by_hand.action_post()
        self.assertEqual(by_hand.sequence_number, max(december.mapped("sequence_number")) + 1)

    def test_format_of_numbers_is_remembered_per_journal_date_and_kind(self):
        order = self.create_contract(self.seat, day="2027-12-15")
        first = self.bill(order)
        first.journal_id.refund_sequence = True
        drafts = self.env["account.move"]
        for day in (date(2027, 12, 15), date(2028, 1, 15), date(2027, 12, 16)):
            drafts |= first.copy({"invoice_date": day})
        drafts |= first.copy({"move_type": "out_refund", "invoice_date": date(2027, 12, 15)})
        drafts.with_context(subscription_sequences={})._post(soft=False)
        number = first.sequence_number
        self.assertEqual(
            [(move.sequence_prefix, move.sequence_number) for move in drafts],
            [
                ("INV/2027/", number + 1),
                ("INV/2028/", 1),
                ("INV/2027/", number + 2),
                ("RINV/2027/", 1),
            ],
        )

    def test_drafts_made_in_a_batch_do_not_look_edited(self):
        template = self._create_template("Drafts", invoice_mode="draft")
        order = self.create_contract(self.seat, day="2027-04-01", template=template)
        draft = self.bill(order)
        self.assertFalse(draft.is_manually_modified)
        self.assertFalse(draft.invoice_date)
        draft.invoice_line_ids.quantity = 7
        self.assertEqual(draft.amount_untaxed, 70.0)
        draft.ref = "Edited"
        self.assertTrue(draft.is_manually_modified)

    # ------------------------------------------------------------------
    # Other orders and documents
    # ------------------------------------------------------------------

    def test_other_orders_send_no_query_about_contracts(self):
        """The bench compares the numbers with a database without this addon: they are equal."""
        self.live_plain_order()
        sent = self.record_statements(self.live_plain_order)
        about = [text for text in sent if self.is_about_contracts(text)]
        self.assertTrue(sent)
        self.assertFalse(about)

    def is_about_contracts(self, text):
        """Tell whether a statement reads a table of this addon, or looks for contracts."""
        tables = ("billed_period", "segment", "interruption", "price", "template", "recurrence")
        read = drop_columns(text)
        return any(f'FROM "subscription_{table}"' in read for table in tables) or (
            'subscription_waiting_move_id" IN' in read
        )

    def live_plain_order(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create({"product_id": self.setup_service.id, "product_uom_qty": 2})
                ],
            }
        )
        order.action_confirm()
        move = order._create_invoices()
        move.action_post()
        order.write({"client_order_ref": "X"})
        self.env.flush_all()
        self.env.invalidate_all()
        order.read(["name", "state", "amount_total", "invoice_status", "order_line"])
