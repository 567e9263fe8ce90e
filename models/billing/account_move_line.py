from odoo import api, fields, models, tools

from ... import const
from ...tools import is_said_by
from .account_move_batch import CORE, belongs_together

LEDGER_FIELD = "subscription_billed_period_ids"
# What core computes of a line before it creates it, for each line on a virtual copy of its own.
PRECOMPUTED = frozenset(
    (
        *("journal_id", "company_id", "company_currency_id", "is_storno", "sequence"),
        *("account_id", "name", "debit", "credit", "balance", "amount_currency", "currency_id"),
        *("partner_id", "tax_ids", "tax_line_id", "tax_group_id", "display_type"),
        *("product_uom_id", "quantity", "price_unit"),
    )
)
# Methods that say so.
COMPUTES = (
    *("_compute_is_storno", "_compute_sequence", "_compute_account_id", "_compute_name"),
    *("_compute_debit_credit", "_compute_currency_id", "_compute_partner_id", "_compute_quantity"),
    *("_compute_product_uom_id", "_compute_price_unit", "_compute_tax_ids"),
)
# What the lines of invoices are created with, and how core orders those that it adds.
GIVEN = {
    "product": ("product_id", "name", "product_uom_id", "quantity", "price_unit", "tax_ids"),
    "tax": ("tax_repartition_line_id", "account_id", "name", "tax_ids"),
    "payment_term": (),
}
SEQUENCES = {"tax": 10000, "payment_term": 12000}


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "subscription.protected.mixin"]

    deferred_start_date = fields.Date(
        "Service From",
        copy=False,
        index="btree_not_null",
        help="First day of service that this line bills.",
    )
    deferred_end_date = fields.Date(
        "Service To",
        copy=False,
        help="Last day of service that this line bills.",
    )
    subscription_billed_period_ids = fields.One2many(
        "subscription.billed.period",
        "invoice_line_id",
        "Billed Periods",
        copy=False,
        readonly=True,
    )
    subscription_origin_line_id = fields.Many2one(
        "account.move.line",
        "Corrects",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The invoice line that this line of a credit note or corrected invoice is about.",
    )
    subscription_adjusted_period_id = fields.Many2one(
        "subscription.billed.period",
        "Adjusts the Price of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Billed period whose price this line of a credit note lowers. Its days stay billed.",
    )

    _deferred_dates_both = models.Constraint(
        "CHECK ((deferred_start_date IS NULL) = (deferred_end_date IS NULL) "
        "AND (deferred_end_date IS NULL OR deferred_start_date <= deferred_end_date))",
        "A service period needs a first and a last day, in that order.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Write ledger rows when their invoice lines exist, all at once.

        Nested in the values of the lines they would be built twice: core makes a virtual copy of
        each line, and of what hangs on it, before it creates them.
        """
        commands = [vals.get(LEDGER_FIELD) or () for vals in vals_list]
        is_batch = const.unseal(self.env.context, const.BATCH_KEY)
        if not any(commands):
            moves = self.env["account.move"]
            if not is_batch:
                ids = {vals.get("move_id") for vals in vals_list}
                moves = moves.browse(filter(None, ids))
            with moves._keeping_what_is_paid({}):
                lines = super().create(vals_list)
            if is_batch:
                lines.move_id._remember_lines()
            return lines
        self._check_field_access(self._fields[LEDGER_FIELD], "write")
        lines = super().create(
            [{key: vals[key] for key in vals if key != LEDGER_FIELD} for vals in vals_list]
        )
        rows = [
            {**vals, "invoice_line_id": line.id, "move_id": line.move_id.id}
            for line, line_commands in zip(lines, commands, strict=True)
            for _command, _id, vals in line_commands
        ]
        if is_batch:
            lines.move_id._remember_lines()
        self.env["subscription.billed.period"]._create_rows(rows)
        return lines

    def _add_precomputed_values(self, vals_list):
        """Fill what lines of a batch take from their invoice; core computes the other lines."""
        if not const.unseal(self.env.context, const.BATCH_KEY) or not self._is_filled_by_core():
            super()._add_precomputed_values(vals_list)
            return
        # Read what they link together: one move after the other would be a query each.
        moves = self.env["account.move"].browse(
            dict.fromkeys(vals["move_id"] for vals in vals_list if vals.get("move_id"))
        )
        accounts = {}
        others = [vals for vals in vals_list if not self._fill_precomputed(vals, moves, accounts)]
        super()._add_precomputed_values(others)

    @tools.ormcache()
    def _is_filled_by_core(self):
        """Return whether nobody but core says what a line is created with.

        :rtype: bool
        """
        names = {name for name, field in self._fields.items() if field.precompute}
        return names == PRECOMPUTED and is_said_by(self, COMPUTES, CORE)

    def _fill_precomputed(self, vals, moves, accounts):
        """Add to the values of one line what core would compute of them.

        :param dict vals: values of a line, changed in place
        :param moves: all invoices of the batch
        :param dict accounts: accounts found so far, by what core finds them by
        :return: whether these are values as the run gives them, and were filled
        :rtype: bool
        """
        kind = vals.get("display_type")
        needed = ("move_id", "balance", "amount_currency", *GIVEN.get(kind, ()))
        if kind not in GIVEN or any(name not in vals for name in needed):
            return False
        move = moves.browse(vals["move_id"]).with_prefetch(moves._ids)
        company = move.company_id
        if move.move_type != "out_invoice" or company.account_storno:
            return False
        terms = move.invoice_payment_term_id.line_ids
        if kind == "payment_term" and (move.payment_reference or len(terms) > 1):
            return False  # core finds a name for it
        balance = company.currency_id.round(vals["balance"])
        repartition = self.env["account.tax.repartition.line"].browse(
            vals.get("tax_repartition_line_id")
        )
        filled = {
            "journal_id": move.journal_id.id,
            "company_id": company.id,
            "company_currency_id": company.currency_id.id,
            "currency_id": move.currency_id.id,
            "partner_id": move.commercial_partner_id.id,
            "is_storno": False,
            "sequence": SEQUENCES.get(kind, 100),
            "debit": max(balance, 0.0),
            "credit": max(-balance, 0.0),
            "tax_line_id": repartition.tax_id.id,
            "tax_group_id": repartition.tax_id.tax_group_id.id,
            "product_uom_id": False,
            "quantity": 0.0,
            "price_unit": 0.0,
            "tax_ids": [],
            "name": False,
        }
        if "account_id" not in vals:
            filled["account_id"] = self._get_batch_account(vals, move, accounts)
        fields = {self._fields[name] for name in filled if name not in vals}
        vals.update({name: value for name, value in filled.items() if name not in vals})
        vals["__precomputed__"] = fields
        return True

    def _get_batch_account(self, vals, move, accounts):
        """Let core find the account of a line, once for all lines for which it finds the same.

        :param dict vals: values of a line of a product, or of a payment term
        :param move: its invoice
        :param dict accounts: accounts found so far
        :return: id of the account
        """
        if vals["display_type"] == "product":
            by = self.env["product.product"].browse(vals["product_id"])
        else:
            by = move.commercial_partner_id.with_company(move.company_id)
            by = by.property_account_receivable_id
        key = (by, move.fiscal_position_id, move.journal_id, move.company_id)
        if key not in accounts:
            accounts[key] = self.new(vals).account_id.id
        return accounts[key]

    def write(self, vals):
        """Leave out what changes nothing: core sets the customer again on each new document."""
        is_batch = const.unseal(self.env.context, const.BATCH_KEY)
        if is_batch and set(vals) == {"partner_id"}:
            changed = self.filtered(lambda line: line.partner_id.id != vals["partner_id"])
            return super(AccountMoveLine, changed).write(vals) if changed else True
        with self.move_id._keeping_what_is_paid(vals):
            result = super().write(vals)
        if "deferred_start_date" in vals or "deferred_end_date" in vals:
            self._hook_on_days_written()
        return result

    def _hook_on_days_written(self):
        """Called after somebody wrote which days of service lines bill. Return nothing. Hook."""

    def _check_company(self, fnames=None):
        """Look at the companies of what the lines of a batch link all at once."""
        if const.unseal(self.env.context, const.BATCH_KEY) and belongs_together(self, fnames):
            return
        super()._check_company(fnames)

    def unlink(self):
        """Give back the periods of invoice lines that go away with, or from, a draft."""
        with self.move_id._keeping_what_is_paid({}):
            self._hook_on_lines_removed()
            return super().unlink()

    def _copy_data_extend_business_fields(self, values):
        """Let credit notes and corrected invoices remember the line they are about."""
        super()._copy_data_extend_business_fields(values)
        # sudo: whoever may reverse the invoice may do so without seeing the contract
        own = self.sudo()
        if own.display_type == "product" and (
            self.deferred_start_date or own.move_id._get_subscription_rows()
        ):
            values["subscription_origin_line_id"] = self.id
        if self.subscription_adjusted_period_id and not own.subscription_billed_period_ids:
            values["subscription_adjusted_period_id"] = self.subscription_adjusted_period_id.id
        if self.deferred_start_date:
            values["deferred_start_date"] = self.deferred_start_date
            values["deferred_end_date"] = self.deferred_end_date

    def _get_price_basis_amount(self):
        """Return what this line says in the terms in which the price is typed.

        That is quantity x unit price x (1 - discount), rounded once: taxes included or not, as
        the price was typed; negative on a credit note.

        :rtype: float
        """
        self.ensure_one()
        amount = self.quantity * self.price_unit * (1 - self.discount / 100.0)
        return -self.move_id.direction_sign * self.currency_id.round(amount)

    def _hook_on_lines_removed(self):
        """Called before invoice lines are deleted, alone or with their document. Hook."""
        products = self.filtered(lambda line: line.display_type == "product")
        if not products:
            return
        # sudo: a billing clerk may delete a draft, and nobody may write the ledger
        rows = (
            self.env["subscription.billed.period"]
            .sudo()
            .search([("invoice_line_id", "in", products.ids)])
        )
        if rows:
            rows.move_id._undo_subscription_rows(rows, self.env._("The invoice line was deleted."))

    def _get_booked_difference(self, rows):
        """Compare what a posted line says with its ledger rows.

        :param rows: all rows of this line, oldest first
        :return: the latest row, which takes a difference; and the amount that is missing there
        :rtype: tuple
        """
        self.ensure_one()
        valued = rows.filtered(lambda row: row.kind not in ("waive", "forfeit"))
        latest = valued[-1:]
        if not latest:
            return latest, 0.0
        amount = self._get_ledger_amount(latest)
        missing = amount - sum(valued.mapped("booked_amount"))
        if self.currency_id != latest.currency_id and latest.currency_id.is_zero(missing / 2):
            missing = 0.0  # cents of one currency are no whole cents of another
        return latest, missing

    def _get_booked_total(self):
        """Return what the ledger has booked of this line, in the currency of the ledger."""
        rows = self.subscription_billed_period_ids
        return sum(
            rows.filtered(lambda row: row.kind not in ("waive", "forfeit")).mapped("booked_amount")
        )

    def _get_ledger_amount(self, row):
        """Return what this line says, in the currency of a row of the ledger that it is about.

        What gives something back counts as what it is about did, whatever the rate of today.

        :param row: `subscription.billed.period`, of this line or credited by it
        :rtype: float
        """
        self.ensure_one()
        amount = self._get_price_basis_amount()
        if self.currency_id == row.currency_id:
            return amount
        about = row.reverses_id if row.invoice_line_id == self else row
        origin = about.invoice_line_id
        whole = origin._get_price_basis_amount() if origin and origin != self else 0.0
        if whole and origin.currency_id == self.currency_id:
            return row.currency_id.round(amount * origin._get_booked_total() / whole)
        return self.currency_id._convert(
            amount, row.currency_id, self.company_id, self.move_id.invoice_date or self.date
        )

    def _is_billed_by_row(self, row):
        """Return whether a ledger row says exactly what this line bills.

        :param row: `subscription.billed.period` record
        :rtype: bool
        """
        self.ensure_one()
        return (
            row.line_id in self.sale_line_ids
            and row.start_date == self.deferred_start_date
            and row.last_date == self.deferred_end_date
            and row.currency_id == self.currency_id
            and row.currency_id.is_zero(row.booked_amount - self._get_price_basis_amount())
        )
