from odoo.tests import new_test_user, tagged

from ..support.common_dunning import DunningCommon

# Measured: what a mail and an activity for one customer with one invoice may cost, commits
# between all steps included.
MAX_QUERIES = 180


@tagged("post_install", "-at_install")
class TestDunningSpeed(DunningCommon):
    """The steps of one customer cost the same, however many others there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.charged_template.dunning_policy_id = cls.create_policy((3, "remind"), (3, "activity"))
        # A salesperson who is there: for one who left, the run looks for somebody else.
        cls.seller = new_test_user(cls.env, "seller", "sales_team.group_sale_salesman")

    def setUp(self):
        """Leave out core's mail to whoever is asked: nobody asks OdooBot, who sells here."""
        super().setUp()
        self.patch(self.registry["mail.activity"], "action_notify", lambda activities: None)

    def create_late(self, count, is_one_customer=False):
        """Return unpaid invoices of so many contracts."""
        partners = self.partner
        if not is_one_customer:
            partners = self.env["res.partner"].create(
                [{"name": f"C{n}", "email": f"c{n}@example.com"} for n in range(count)]
            )
        orders = self.env["sale.order"]
        for number in range(count):
            partner = partners[number % len(partners)]
            orders += self.create_contract(
                self.seat,
                template=self.charged_template,
                partner_id=partner.id,
                user_id=self.seller.id,
            )
        return self.bill(orders)

    def count_run(self, moves):
        """Return queries of a run that does two steps for each invoice."""
        self.travel("2027-02-03")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.run_dunning(leave=False)
        queries = self.env.cr.sql_log_count - before
        self.assertEqual(len(moves.subscription_dunning_event_ids), 2 * len(moves))
        self.travel("2027-01-31")
        return queries

    def test_queries_per_customer_do_not_grow(self):
        self.count_run(self.create_late(1))  # fills the caches
        one = self.count_run(self.create_late(1))
        ten = self.count_run(self.create_late(10)) / 10
        many = self.count_run(self.create_late(100)) / 100
        self.assertLess(one, MAX_QUERIES)
        self.assertLessEqual(ten, one)
        self.assertLessEqual(many, ten)

    def test_queries_per_invoice_of_one_customer_do_not_grow(self):
        self.count_run(self.create_late(1))  # fills the caches
        one = self.count_run(self.create_late(1))
        ten = self.count_run(self.create_late(10, is_one_customer=True)) / 10
        many = self.count_run(self.create_late(40, is_one_customer=True)) / 40
        self.assertLessEqual(ten, one)
        self.assertLessEqual(many, ten)

    def test_a_note_of_the_system_looks_at_no_line_of_an_invoice(self):
        move = self.create_late(1)
        note = {"subscription_dunning_checked_date": self.today}
        lines = move.line_ids
        before = lines.read(["balance", "date_maturity", "write_date"])
        queries = self.count_queries(move._as_system().write, note)
        # The note itself, what it was before, and who may write it.
        self.assertLess(queries, 8)
        self.assertEqual(lines.read(["balance", "date_maturity", "write_date"]), before)

    def test_each_customer_is_read_alone(self):
        # What all that are left need again after each commit would be read for all of them.
        moves = self.create_late(3)
        self.travel("2027-02-03")
        together = []
        Move = self.registry["account.move"]
        dun = Move._dun_customer_or_go_on

        def dun_customer_or_go_on(late):
            """Keep for how many invoices those of this customer would read."""
            together.append(len(tuple(late._prefetch_ids)))
            return dun(late)

        self.patch(Move, "_dun_customer_or_go_on", dun_customer_or_go_on)
        self.run_dunning(leave=False)
        self.assertEqual(together, [1] * len(moves))
