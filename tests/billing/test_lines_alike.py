from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import SubscriptionCommon

# What two documents that say the same differ in.
OWN = {
    *("id", "move_id", "move_name", "ref", "create_date", "write_date"),
    *("sequence_number", "invoice_origin", "payment_reference", "access_token"),
    "subscription_draft_fingerprint",
}

# They have their say in what a line of an invoice is created with.
NEIGHBOURS = ("sale_stock", "sale_project", "sale_timesheet")


@tagged("post_install", "-at_install")
class TestLinesAlike(SubscriptionCommon):
    """Documents of a batch are filled at once, with what core would compute for each of them."""

    maxDiff = None

    def read_document(self, move):
        """Return all columns of a document and of its lines, in the order of their ids."""
        self.env.flush_all()
        return [
            *self.read_rows(move, SQL("SELECT * FROM account_move WHERE id = %s", move.id)),
            *self.read_rows(
                move,
                SQL("SELECT * FROM account_move_line WHERE move_id = %s ORDER BY id", move.id),
            ),
        ]

    def read_rows(self, move, statement):
        """Return the rows of a statement, by column, without what is a document's own."""
        self.env.cr.execute(statement)
        names = [column.name for column in self.env.cr.description]
        rows = [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]
        for row in rows:
            for own in filter(None, (move.name, move.invoice_origin)):
                row["name"] = (row["name"] or "").replace(own, "OWN")
        return [{key: row[key] for key in names if key not in OWN} for row in rows]

    def assertAlike(self, *lines, state="posted", **values):
        """Bill two equal contracts, the second as core does, and compare what was written."""
        orders = [self.create_contract(*lines, day="2027-04-01", **values) for _one in range(2)]
        Line = self.env.registry["account.move.line"]
        filled = []
        fill = Line._fill_precomputed

        def record(model, vals, moves, accounts):
            done = fill(model, vals, moves, accounts)
            filled.append(done)
            return done

        with patch.object(Line, "_fill_precomputed", record):
            fast = self.bill(orders[0])
        Move = self.env.registry["account.move"]
        with (
            patch.object(Line, "_is_filled_by_core", lambda _model: False),
            patch.object(Move, "_is_filled_by_core", lambda _model: False),
        ):
            slow = self.bill(orders[1])
        self.assertEqual(self.read_document(fast), self.read_document(slow))
        self.assertEqual(fast.invoice_line_ids, fast.line_ids.filtered("product_id"))
        self.assertEqual(fast.state, state)
        return filled

    def assertFilled(self, filled, expected):
        """Compare which lines were filled; core fills all where another addon takes part in it."""
        others = self.env["ir.module.module"].search_count(
            [("name", "in", NEIGHBOURS), ("state", "=", "installed")]
        )
        self.assertEqual(filled, [] if others else expected)

    def test_lines_of_a_batch_are_what_core_would_write(self):
        filled = self.assertAlike(
            self.line_values(self.seat, 3, discount=10), self.line_values(self.support, 2)
        )
        # two products, their tax and the amount to pay
        self.assertFilled(filled, [True] * 4)

    def test_accounts_follow_customer_and_fiscal_position(self):
        first = self.bill(self.create_contract(self.seat, day="2027-03-01"))
        income = first.invoice_line_ids.account_id
        receivable = self.partner.property_account_receivable_id
        own, mapped, sales = (
            account.copy({"name": name})
            for account, name in ((receivable, "Own"), (receivable, "Mapped"), (income, "Abroad"))
        )
        self.partner.property_account_receivable_id = own
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "account_ids": [
                    Command.create({"account_src_id": own.id, "account_dest_id": mapped.id}),
                    Command.create({"account_src_id": income.id, "account_dest_id": sales.id}),
                ],
            }
        )
        filled = self.assertAlike(self.seat, self.support, fiscal_position_id=position.id)
        # the amount to pay; where nothing is taxed core does the rest
        self.assertFilled(filled[-1:], [True])
        accounts = self.env["account.move"].search([], limit=1, order="id desc").line_ids.account_id
        self.assertLessEqual(mapped | sales, accounts)

    def test_each_instalment_is_what_core_would_write(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        filled = self.assertAlike(self.seat, payment_term_id=term.id)
        self.assertFilled(filled, [True, True, False, False])
        draft = self._create_template("Drafts", invoice_mode="draft")
        self.assertAlike(
            self.seat, template=draft, state="draft", payment_term_id=term.id, reference="REF 1"
        )

    def test_other_currencies_are_left_to_core(self):
        euro = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        )
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 0.8, "company_id": self.company.id}
        )
        pricelist = self.env["product.pricelist"].create({"name": "Abroad", "currency_id": euro.id})
        self.assertAlike(self.seat, self.support, pricelist_id=pricelist.id)
