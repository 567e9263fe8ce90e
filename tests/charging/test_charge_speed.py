from odoo.tests import tagged

from ..support.common_payment import PaymentCommon

# Measured: what one charge through the demo provider may cost, booking included.
MAX_QUERIES = 80


@tagged("post_install", "-at_install")
class TestChargeSpeed(PaymentCommon):
    """One charge costs the same, however many invoices are charged."""

    def count_queries(self, count):
        """Return the queries of a run over so many open invoices."""
        orders = self.env["sale.order"]
        for _number in range(count):
            orders += self.create_charged_contract()
        self.bill(orders)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.run_charges()
        self.assertEqual(
            set(orders.invoice_ids.mapped("payment_state")), {"paid"}, "all were charged"
        )
        return self.env.cr.sql_log_count - before

    def test_queries_per_charge_do_not_grow(self):
        self.count_queries(1)  # fills the caches
        few, many = self.count_queries(2), self.count_queries(8)
        per_charge = (many - few) / 6
        self.assertLess(per_charge, MAX_QUERIES)
        self.assertLess(many / 8, few / 2 + 1)

    def test_each_charge_reads_for_itself_alone(self):
        # What all that are left need again after each commit would be read for all of them.
        orders = self.env["sale.order"]
        for _number in range(3):
            orders += self.create_charged_contract()
        self.bill(orders)
        together = []
        begin = self.registry["account.move"]._begin_charge

        def begin_charge(move):
            """Keep for how many invoices this one would read."""
            together.append(len(tuple(move._prefetch_ids)))
            return begin(move)

        self.patch(self.registry["account.move"], "_begin_charge", begin_charge)
        self.run_charges()
        self.assertEqual(together, [1, 1, 1])
