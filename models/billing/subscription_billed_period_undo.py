from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.period import Period
from .subscription_billed_period import COVER_KINDS


class SubscriptionBilledPeriod(models.Model):
    """Undo and redo what the ledger says, always by adding rows.

    A charge is undone by a credit row, a credit by a `move` row that covers the same span again.
    The rows of one posted invoice line add up to what that line says, whatever happened to it.
    """

    _inherit = "subscription.billed.period"

    adjustment_line_ids = fields.One2many(
        "account.move.line",
        "subscription_adjusted_period_id",
        "Price Adjustments",
        help="Lines of hand-made credit notes that lower the price of this row.",
        readonly=True,
    )
    manual_credit_amount = fields.Monetary(
        compute="_compute_manual_credit_amount",
        store=True,
        help="Credit notes made by hand that lower the price and leave the days billed. "
        "Nothing beyond what is left is ever credited.",
    )

    @api.depends(
        "adjustment_line_ids.price_unit",
        "adjustment_line_ids.quantity",
        "adjustment_line_ids.discount",
        "adjustment_line_ids.parent_state",
        "adjustment_line_ids.move_id.move_type",
    )
    def _compute_manual_credit_amount(self):
        for row in self:
            lines = row.adjustment_line_ids.filtered(lambda line: line.parent_state != "cancel")
            row.manual_credit_amount = -sum(line._get_ledger_amount(row) for line in lines)

    # ------------------------------------------------------------------
    # What is left
    # ------------------------------------------------------------------

    def _is_cover(self):
        """Return whether this row covers days, as a credit or forfeit does not."""
        return self.kind in COVER_KINDS

    def _get_left(self):
        """Return what later credits left of these rows.

        :return: engine ledger rows by record; credits and forfeits have none
        :rtype: dict
        """
        left = {}
        for line, rows in self.grouped("line_id").items():
            engine_rows = {row.key: row for row in line.billed_period_ids._get_engine_rows()}
            left.update({row: engine_rows[row.id] for row in rows if row.id in engine_rows})
        return left

    def _prepare_copy_values(self, kind, span, quantity, **values):
        """Return the values of a row with the terms and the period of this one.

        :param str kind: kind of the new row
        :param span: covered or uncovered days, an engine `Period`
        :param quantity: Decimal
        :param values: further field values (amounts, links, note)
        :rtype: dict
        """
        self.ensure_one()
        return self._prepare_row_values(
            self.line_id,
            kind,
            self._get_engine_terms(),
            Period(self.full_start_date, self.full_end_date),
            span,
            quantity,
            **values,
        )

    def _prepare_undo_values(self, left, booked=None, **values):
        """Return the values of the credit rows that take away all that is left of this row.

        There is always one, which may be of no quantity: of a row that covers no day any more
        money can be left, and a document says so on a line that needs its row.

        :param left: the engine's ledger row of this record
        :param booked: amount given back, Decimal; None for all that is left
        :rtype: list[dict]
        """
        self.ensure_one()
        if booked is None:
            booked = left.booked - left.credited
        amounts = [(float(left.computed - left.credited_computed), float(booked))]
        if left.amount_free:
            amounts = [(0.0, 0.0)]
        layers = left.layers or ((left.span, Decimal(0)),)
        amounts += [(0.0, 0.0)] * len(layers)
        return [
            self._prepare_copy_values(
                "credit",
                span,
                quantity,
                reverses_id=self.id,
                computed_amount=-part_computed,
                booked_amount=-part_booked,
                **values,
            )
            for (span, quantity), (part_computed, part_booked) in zip(layers, amounts, strict=False)
        ]

    # ------------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------------

    def _undo(self, note):
        """Take back what these rows did because their documents are going away.

        Credits give their days back to the row that they had lowered, charges free their days so
        that the next run bills them again.

        :param str note: why, shown in the ledger
        """
        lines = self.invoice_line_id
        own = self.filtered(lambda row: row.reverses_id.invoice_line_id != row.invoice_line_id)
        restored = own.filtered(lambda row: row.kind == "credit")._restore(note)
        cover = self | restored.filtered(lambda row: row.invoice_line_id in lines)
        cover |= self._get_served_after_all()
        cover.filtered(lambda row: row._is_cover())._give_back(note)

    def _give_back(self, note):
        """Free the days that these rows still cover.

        :param str note: why, shown in the ledger
        :return: the new credit rows, which have no invoice line
        """
        vals_list = []
        for row, left in self._get_left().items():
            if left.layers:
                vals_list += row._prepare_undo_values(left, note=note)
        return self._create_rows(vals_list)

    def _restore(self, note):
        """Cover again what these credits had freed, on the invoice line they were about.

        Each credit moves to that line together with the row that undoes it, so that the rows of
        a posted line go on adding up to what it says.

        :param str note: why, shown in the ledger
        :return: the new rows
        """
        vals_list = []
        for credit in self:
            line = credit.reverses_id.invoice_line_id
            vals_list.append(credit._prepare_redo_values(invoice_line_id=line.id, note=note))
            credit.invoice_line_id = line
        return self._create_rows(vals_list)

    def _prepare_redo_values(self, **values):
        """Return the values of the row that covers again what this credit had freed.

        :rtype: dict
        """
        self.ensure_one()
        return self._prepare_copy_values(
            "move",
            Period(self.start_date, self.end_date),
            self.quantity,
            computed_amount=-self.computed_amount,
            booked_amount=-self.booked_amount,
            **values,
        )

    # ------------------------------------------------------------------
    # Move to a corrected invoice
    # ------------------------------------------------------------------

    def _move_to(self, reverse_line, line):
        """Move these rows of one invoice line to the line of the corrected invoice.

        The line of the credit note takes away what is left; the new line carries the same spans
        and amounts, and each earlier credit follows to the row that replaces its own.

        :param reverse_line: line of the credit note that reverses the invoice
        :param line: line of the corrected invoice
        """
        old_line = self.invoice_line_id
        note = self.env._("Moved to a corrected invoice.")
        cover = self.filtered(lambda row: row.kind in ("charge", "move"))
        netted = self.filtered(
            lambda row: row.kind == "credit" and row.reverses_id.invoice_line_id != old_line
        )
        earlier = {row: row.reversed_by_ids for row in cover}
        undo = []
        for row, left in cover._get_left().items():
            undo += row._prepare_undo_values(left, invoice_line_id=reverse_line.id, note=note)
        moved = [row._prepare_moved_values(invoice_line_id=line.id, note=note) for row in cover]
        again = [
            row._prepare_redo_values(invoice_line_id=reverse_line.id, note=note) for row in netted
        ]
        created = self._create_rows(undo + moved + again)[len(undo) :]
        followers = []
        for row, new in zip(cover + netted, created, strict=True):
            row.adjustment_line_ids._as_system().subscription_adjusted_period_id = new
            for credit in earlier.get(row, row):
                target = line if credit.invoice_line_id == old_line else reverse_line
                followers.append(
                    credit._prepare_follow_values(new, credit.invoice_line_id and target, note=note)
                )
        self._create_rows(followers)

    def _prepare_moved_values(self, **values):
        """Return values of the row that stands for this one on a corrected invoice."""
        self.ensure_one()
        return self._prepare_copy_values(
            "move",
            Period(self.start_date, self.end_date),
            self.quantity,
            computed_amount=self.computed_amount,
            booked_amount=self.booked_amount,
            **values,
        )

    def _prepare_follow_values(self, row, line, **values):
        """Return values of the credit that stands for this one on the row that was moved."""
        self.ensure_one()
        return self._prepare_copy_values(
            self.kind,
            Period(self.start_date, self.end_date),
            self.quantity,
            reverses_id=row.id,
            computed_amount=self.computed_amount,
            booked_amount=self.booked_amount,
            invoice_line_id=line.id,
            **values,
        )

    def _overlaps_cover(self):
        """Return whether days of these rows are covered by others of the same line."""
        for line, rows in self.grouped("line_id").items():
            cover = [
                span
                for engine_row in line.billed_period_ids._get_engine_rows()
                for span, _quantity in engine_row.layers
            ]
            for row in rows:
                own = Period(row.start_date, row.end_date)
                if any(span.overlaps(own) for span in cover):
                    return True
        return False

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _get_foreign_credits(self, moves):
        """Return what other documents than the given ones give back of these rows.

        A price adjustment is one, too: of a period that is billed anew it would be given once more.

        :param moves: documents that are about to go away
        :return: pairs of a row and the document that credits it
        :rtype: list[tuple]
        """
        credits = self.reversed_by_ids.filtered(lambda row: row.kind == "credit")
        found = [(row.reverses_id, row.move_id) for row in credits if row.booked_amount]
        for row in self.filtered("manual_credit_amount"):
            found += [(row, line.move_id) for line in row.adjustment_line_ids if line.balance]
        return [
            (row, move)
            for row, move in found
            if move and move not in moves and move.state != "cancel"
        ]

    def _check_credits(self):
        """Refuse credits that are larger than what was booked.

        :raise ValidationError: naming the invoice and what it still holds
        """
        for row in self.filtered(lambda row: row._is_cover()):
            credits = row.reversed_by_ids.filtered(lambda credit: credit.kind == "credit")
            credited = -sum(credits.mapped("booked_amount"))
            if row.currency_id.compare_amounts(abs(credited), abs(row.booked_amount)) > 0:
                raise ValidationError(
                    self.env._(
                        "%(credited)s would be credited on %(period)s of %(invoice)s, of which "
                        "only %(booked)s was billed. Lower the credit note.",
                        credited=row.currency_id.format(abs(credited)),
                        booked=row.currency_id.format(abs(row.booked_amount)),
                        period=row.display_name,
                        invoice=row.move_id.display_name or row.order_id.name,
                    )
                )
