from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ...engine.metrics.movement import customer_kind
from ..common import SubscriptionCommon

FLOWS = ("new", "expansion", "reactivation", "contraction", "churn")
SALESPERSON = "sales_team.group_sale_salesman"
REPORTS = ("revenue", "term", "churn", "mrr", "customer")


@tagged("post_install", "-at_install")
class TestReports(SubscriptionCommon):
    """Each report adds up to what it is read from, and shows each reader the own rows only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.partner.copy({"name": "Bob Customer"})

    def get_report(self, name, domain=(), user=None):
        self.env.cr.flush()
        return (
            self.env[f"subscription.{name}.report"]
            .with_user(user or self.env.user)
            .search(list(domain))
        )

    # ------------------------------------------------------------------
    # Revenue
    # ------------------------------------------------------------------

    def test_revenue_is_the_untaxed_amount_of_each_document(self):
        order = self.create_contract(
            self.line_values(self.seat, 3), self.setup_service, day="2027-02-01"
        )
        move = self.bill(order)
        if move.state == "draft":
            move.action_post()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids.filtered(lambda line: line.product_id == self.seat).quantity = 1
        refund.action_post()
        for document, kinds in ((move, {"recurring", "once"}), (refund, {"recurring", "once"})):
            rows = self.get_report("revenue", [("move_id", "=", document.id)])
            self.assertAlmostEqual(sum(rows.mapped("amount")), document.amount_untaxed_signed, 2)
            self.assertEqual(set(rows.mapped("kind")), kinds)
            self.assertEqual(rows.order_id, order)
            self.assertEqual(rows.template_id, self.template)
        rows = self.get_report("revenue", [("order_id", "=", order.id)])
        self.assertAlmostEqual(sum(rows.mapped("recurring_amount")), 20.0, 2)
        self.assertAlmostEqual(sum(rows.mapped("once_amount")), 0.0, 2)

    def test_revenue_in_another_currency_is_that_of_the_books(self):
        euro = self.env.ref("base.EUR") if self.currency.name != "EUR" else self.env.ref("base.USD")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2027-01-01", "rate": 2.0}
        )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2027-02-01",
                "currency_id": euro.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.seat.id, "quantity": 3, "price_unit": 10})
                ],
            }
        )
        self.assertFalse(self.get_report("revenue", [("move_id", "=", move.id)]))
        move.action_post()
        rows = self.get_report("revenue", [("move_id", "=", move.id)])
        self.assertEqual((rows.kind, rows.amount, rows.once_amount), ("other", 15.0, 15.0))

    # ------------------------------------------------------------------
    # Renewals
    # ------------------------------------------------------------------

    def test_a_term_goes_on_or_ends(self):
        term = {"subscription_term_count": 1, "subscription_term_unit": "month"}
        goes_on, ends = (
            self.create_contract(
                self.line_values(self.seat, quantity),
                day="2027-02-01",
                subscription_end_action=action,
                **term,
            )
            for quantity, action in ((3, "renew"), (4, "end"))
        )
        open_ended = self.create_contract(self.line_values(self.seat, 5))
        contracts = goes_on | ends | open_ended
        self.travel("2027-02-28")
        self.assertFalse(self.get_report("term", [("order_id", "in", contracts.ids)]))
        for day in ("2027-03-01", "2027-04-01"):
            self.travel(day)
            contracts._subscription_refresh_state()
            self.env["subscription.mrr.event"]._remember_contracts(contracts)
        rows = self.get_report("term", [("order_id", "in", contracts.ids)])
        found = {
            (row.order_id, row.date.isoformat(), row.outcome, row.due_amount, row.renewed_amount)
            for row in rows
        }
        self.assertEqual(
            found,
            {
                (goes_on, "2027-03-01", "renewed", 30.0, 30.0),
                (goes_on, "2027-04-01", "renewed", 30.0, 30.0),
                (ends, "2027-03-01", "ended", 40.0, 0.0),
            },
        )

    def test_an_end_inside_of_a_term_was_not_due(self):
        order = self.create_contract(
            self.line_values(self.seat, 3),
            day="2027-02-01",
            subscription_end_action="renew",
            subscription_term_count=3,
            subscription_term_unit="month",
        )
        order._subscription_close(date(2027, 3, 15))
        self.travel("2027-09-01")
        self.assertFalse(self.get_report("term", [("order_id", "=", order.id)]))

    # ------------------------------------------------------------------
    # Churn
    # ------------------------------------------------------------------

    def test_churn_tells_its_time_and_whether_it_was_chosen(self):
        reasons = self.env["subscription.close.reason"]
        chosen = reasons.create({"name": "Chosen", "is_voluntary": True})
        suffered = reasons.create({"name": "Suffered", "is_voluntary": False})
        orders = [
            self.create_contract(self.line_values(self.seat, 3), day=day)
            for day in ("2027-01-01", "2027-08-01")
        ]
        self.travel("2027-08-15")
        for order, reason in zip(orders, (chosen, suffered), strict=True):
            order._subscription_close(date(2027, 8, 15), reason=reason)
        rows = self.get_report("churn", [("order_id", "in", [order.id for order in orders])])
        found = {(row.choice, row.tenure, row.lost_amount, row.lost_count) for row in rows}
        self.assertEqual(found, {("voluntary", "6", 30.0, 1), ("involuntary", "0", 30.0, 1)})
        self.assertEqual(rows.close_reason_id, chosen | suffered)

    # ------------------------------------------------------------------
    # Months
    # ------------------------------------------------------------------

    def live(self):
        """Let three contracts of two customers live through half a year."""
        first = self.create_contract(self.line_values(self.seat, 10), day="2027-02-05")
        second = self.create_contract(
            self.line_values(self.seat, 4), day="2027-02-06", partner_id=self.other.id
        )
        self.travel("2027-04-10")
        third = self.create_contract(self.line_values(self.seat, 2))
        second.order_line.product_uom_qty = 1
        self.env.cr.flush()
        self.travel("2027-05-10")
        first._subscription_close(date(2027, 5, 10))
        self.env.cr.flush()
        self.travel("2027-06-10")
        second._subscription_close(date(2027, 6, 10))
        self.env.cr.flush()
        self.travel("2027-07-20")
        return first | second | third

    def test_every_month_adds_up_and_begins_where_the_last_one_ended(self):
        contracts = self.live()
        user = new_test_user(self.env, "months", groups="sales_team.group_sale_salesman")
        contracts[2].user_id = user
        self.env.cr.flush()
        rows = self.get_report("mrr")
        months = sorted(set(rows.mapped("month")))
        closing = 0.0
        for month in months:
            found = rows.filtered(lambda row, month=month: row.month == month)
            self.assertAlmostEqual(sum(found.mapped("opening")), closing, 6)
            closing += sum(sum(found.mapped(name)) for name in (*FLOWS, "other"))
            self.assertAlmostEqual(sum(found.mapped("closing")), closing, 6)
        events = self.env["subscription.mrr.event"].search([])
        self.assertAlmostEqual(closing, sum(events.mapped("company_amount")), 6)
        [theirs] = self.get_report("mrr", [("month", "=", "2027-07-01"), ("user_id", "=", user.id)])
        self.assertEqual((theirs.closing, theirs.contracts, theirs.other), (20.0, 1, 20.0))
        ours = self.get_report("mrr", [("user_id", "=", contracts[0].user_id.id)])
        counts = {row.month.month: row.contracts for row in ours if row.month.year == 2027}
        base = counts[7]
        self.assertEqual([counts[month] - base for month in (2, 3, 4, 5, 6)], [2, 2, 3, 2, 1])

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    def test_a_customer_moves_as_all_contracts_together(self):
        self.live()
        for partner, expected in (
            (
                self.partner,
                [
                    ("2027-02-05", "new", 100.0, 1),
                    ("2027-04-10", "expansion", 20.0, 0),
                    ("2027-05-10", "contraction", -100.0, 0),
                ],
            ),
            (
                self.other,
                [
                    ("2027-02-06", "new", 40.0, 1),
                    ("2027-04-10", "contraction", -30.0, 0),
                    ("2027-06-10", "churn", -10.0, -1),
                ],
            ),
        ):
            rows = self.get_report("customer", [("partner_id", "=", partner.id)])
            rows = rows.sorted(lambda row: (row.date, row.id))
            self.assertEqual(
                [(row.date.isoformat(), row.kind, row.amount, row.customers) for row in rows],
                expected,
            )
            before, had = 0.0, False
            for row in rows:
                after = before + row.amount
                self.assertEqual(row.kind, customer_kind(before, after, had=had))
                before, had = after, had or after > 0

    def test_a_paused_customer_is_not_lost(self):
        order = self.create_contract(self.line_values(self.seat, 3), day="2027-02-01")
        self.travel("2027-02-10")
        order._subscription_pause(date(2027, 2, 10), date(2027, 2, 20))
        self.env.cr.flush()
        self.travel("2027-02-20")
        self.env["subscription.mrr.event"]._remember_contracts(order)
        self.env.cr.flush()
        rows = self.get_report("customer", [("partner_id", "=", self.partner.id)])
        kinds = rows.sorted(lambda row: (row.date, row.id)).mapped("kind")
        self.assertEqual(kinds, ["new", "pause", "resume"])

    # ------------------------------------------------------------------
    # Rights, views
    # ------------------------------------------------------------------

    def live_and_end(self, seller, leader):
        """Let a contract of a salesperson and of the team of a leader begin, be billed and end."""
        team = self.env["crm.team"].create({"name": "Ours", "user_id": leader.id})
        order = self.create_contract(
            self.line_values(self.seat, 3),
            day="2027-02-01",
            user_id=seller.id,
            team_id=team.id,
            partner_id=self.other.id,
            subscription_end_action="end",
            subscription_term_count=1,
            subscription_term_unit="month",
        )
        self.bill(order)
        self.travel("2027-03-01")
        order._subscription_refresh_state()
        self.env["subscription.mrr.event"]._remember_contracts(order)
        self.env.cr.flush()

    def test_each_reader_sees_the_own_rows(self):
        seller, other, leader = (
            new_test_user(self.env, login, groups=f"base.group_allow_export,{SALESPERSON}")
            for login in ("rep a", "rep b", "rep leader")
        )
        nobody = new_test_user(self.env, "rep nobody", groups="base.group_user")
        boss = new_test_user(
            self.env, "rep boss", groups="sales_team.group_sale_salesman_all_leads"
        )
        self.live_and_end(seller, leader)
        measures = {
            "revenue": "amount:sum",
            "term": "due_count:sum",
            "churn": "lost_amount:sum",
            "mrr": "new:sum",
            "customer": "__count",
        }
        self.assertEqual(set(measures), set(REPORTS))
        for name, measure in measures.items():
            Report = self.env[f"subscription.{name}.report"]
            domain = [("user_id", "=", seller.id)]
            if name == "customer":
                domain = [("partner_id", "=", self.other.id)]
            else:
                for user, is_seen in ((seller, True), (other, False), (leader, True)):
                    [(value,)] = Report.with_user(user)._read_group(domain, [], [measure])
                    self.assertEqual(bool(value), is_seen, (name, user.login))
                    rows = Report.with_user(user).search(domain)
                    self.assertEqual(bool(rows.export_data(["display_name"])["datas"]), is_seen)
            self.assertTrue(Report.with_user(boss).search(domain), name)
            stranger = self.env["res.company"].create({"name": f"Stranger {name}"})
            boss.company_ids |= stranger
            in_other = Report.with_user(boss).with_context(allowed_company_ids=stranger.ids)
            self.assertFalse(in_other.search(domain), name)
            with self.assertRaises(AccessError):
                Report.with_user(nobody).search([])
            with self.assertRaises(AccessError):
                Report.with_user(nobody)._read_group([], [], [measure])
        with self.assertRaises(AccessError):
            self.env["subscription.customer.report"].with_user(seller).search([])

    def test_every_view_filter_and_group_works(self):
        self.live()
        for name in REPORTS:
            Report = self.env[f"subscription.{name}.report"]
            views = Report.get_views(
                [(False, kind) for kind in ("list", "search", "graph", "pivot")]
            )
            self.assertIn("search", views["views"])
            for field in Report._fields.values():
                if field.store and field.type in ("many2one", "selection", "date"):
                    Report._read_group([], [field.name + (":month" * (field.type == "date"))])
        Part = self.env["subscription.mrr.part"]
        groups = Part._read_group([], ["product_id", "kind"], ["company_amount:sum"])
        self.assertTrue(groups)
        months = Part._read_group([], ["effective_date:month"], ["company_amount:sum"])
        self.assertAlmostEqual(
            sum(amount for _month, amount in months),
            sum(self.env["subscription.mrr.event"].search([]).mapped("company_amount")),
            6,
        )
