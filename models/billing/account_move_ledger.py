from contextlib import nullcontext

from odoo import models
from odoo.exceptions import UserError

from ... import const

# Flags of a document that core lowers for whole batches, mostly where they are low.
LOWERED_FLAGS = {"is_manually_modified", "made_sequence_gap"}
# What this addon notes on documents begins with this.
NOTES = "subscription_"
# What core writes when it posts.
POSTING_VALUES = {"state", "posted_before"}


class AccountMove(models.Model):
    """What happens to the ledger of billed periods when a document is posted or goes away."""

    _inherit = "account.move"

    # ------------------------------------------------------------------
    # Core methods, each overridden once
    # ------------------------------------------------------------------

    def write(self, vals):
        """Let every way in which the state of a document changes reach the ledger."""
        is_batch = const.unseal(self.env.context, const.BATCH_KEY)
        if is_batch and self._is_flag_lowered_already(vals):
            return True
        if "state" not in vals:
            moves = self._leaving_lines_alone(vals)
            renewing = self._get_subscription_documents(vals)._renewing_links(vals)
            with renewing, self._keeping_what_is_paid(vals):
                result = super(AccountMove, moves).write(vals)
            if "move_type" in vals:
                self._check_stays_what_it_is()
            return result
        before = {move.id: move.state for move in self}
        moves, keeping = self, nullcontext()
        if is_batch and vals.get("state") == "posted" and vals.keys() <= POSTING_VALUES:
            # Core made tax and term lines when it created the draft, and nothing changed since.
            moves, keeping = self.with_context(skip_invoice_sync=True), self._keeping_amounts()
        with keeping:
            result = super(AccountMove, moves).write(vals)
        changed = self.filtered(lambda move: move.state != before[move.id])
        changed._hook_on_state_changed(before)
        return result

    def _leaving_lines_alone(self, vals):
        """Return these documents, for the system's own notes so that core looks at no line.

        It would compute taxes, terms and balance anew for each write, and none of them changes.
        """
        if self._is_system_write() and all(name.startswith(NOTES) for name in vals):
            return self.with_context(skip_invoice_sync=True, check_move_validity=False)
        return self

    def _get_subscription_documents(self, vals):
        """Return documents of contracts among these, when their customer is written."""
        if "partner_id" not in vals:
            return self.browse()
        # sudo: whoever writes the document may lack rights on its contracts
        return self.filtered(lambda move: move.sudo()._get_subscription_orders())

    def _keeping_what_is_paid(self, vals):
        """Return a block that these documents leave as they are when their money waits. Hook.

        :param dict vals: what is written on them, or on their lines
        """
        del vals
        return nullcontext()

    def _check_stays_what_it_is(self):
        """Refuse to make a credit note of a draft that bills periods, or an invoice of a credit.

        The days would count as billed, and the customer be owed what they cost.

        :raise UserError: periods are billed or given back by one of these
        """
        for move in self:
            if contracts := move._get_subscription_rows().order_id:
                raise UserError(
                    self.env._(
                        "This draft bills or gives back periods of %(contracts)s, so it cannot "
                        "become a document of another kind. Delete it to have it made anew, or "
                        "post it and reverse it.",
                        contracts=", ".join(contracts.mapped("name")),
                    )
                )

    def _is_flag_lowered_already(self, vals):
        """Tell whether a write only says again that nothing was edited, or that no number lacks.

        Core ends each creation with the one and each numbering with the other, and would compare
        all lines once more.
        """
        flags = [name for name in vals if name in LOWERED_FLAGS and not vals[name]]
        if not flags or len(flags) < len(vals):
            return False
        return not any(any(self.mapped(name)) for name in flags)

    def _post(self, soft=True):
        """Post credit notes of the same invoice one after the other.

        Core pairs credit notes with the invoices they reverse by position, which goes wrong when
        two of them reverse the same invoice.
        """
        later = self._get_repeated_reversals()
        if later:
            return super(AccountMove, self - later)._post(soft) | later._post(soft)
        moves = self
        undated = self.filtered(lambda move: not move.invoice_date and move.is_invoice())
        if len(undated.company_id) == 1 and undated._get_subscription_orders():
            moves = undated.company_id._at_company_time(self)
            undated._postpone_due_dates()
        posted = super(AccountMove, moves)._post(soft).with_env(self.env)
        posted._hook_on_posted()
        return posted

    def _postpone_due_dates(self):
        """Let drafts that are posted later than they were made be due on that day, not before.

        Without a payment term core keeps the day on which the draft was made.
        """
        today = self.company_id._subscription_today()
        late = self.filtered(
            lambda move: (
                not move.invoice_payment_term_id
                and move.invoice_date_due
                and move.invoice_date_due < today
            )
        )
        late.invoice_date_due = today

    def _hook_on_posted(self):
        """Called after documents were posted and paired with payments. Return nothing. Hook."""

    def _get_repeated_reversals(self):
        """Return the credit notes of this set whose invoice has an earlier one in it."""
        later, seen = self.browse(), set()
        for move in self.filtered("reversed_entry_id"):
            if move.reversed_entry_id.id in seen:
                later |= move
            seen.add(move.reversed_entry_id.id)
        return later

    def _prepare_product_base_line_for_taxes_computation(self, product_line):
        """Hand the covered days to the electronic invoice, which reads them from here."""
        base_line = super()._prepare_product_base_line_for_taxes_computation(product_line)
        base_line["deferred_start_date"] = product_line.deferred_start_date
        base_line["deferred_end_date"] = product_line.deferred_end_date
        return base_line

    # ------------------------------------------------------------------
    # State
    # ------------------------------------------------------------------

    def _hook_on_state_changed(self, before):
        """Called after the state of documents changed, with the state of each before. Hook.

        :param dict before: state by id
        """
        documents = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        posted = documents.filtered(lambda move: move.state == "posted")
        billing = posted.filtered(lambda move: move._may_bill_contracts())
        billing._record_booked_amounts()
        cancelled = documents.filtered(lambda move: move.state == "cancel")
        if cancelled:
            note = self.env._("The document was cancelled.")
            cancelled._undo_subscription_rows(cancelled._get_subscription_rows(), note)
        documents.filtered(
            lambda move: move.state == "draft" and before[move.id] == "cancel"
        )._reattach_subscription_rows()
        (documents - posted | billing)._release_waiting_contracts()

    def _may_bill_contracts(self):
        """Tell, from what is read anyway, whether ledger rows or contracts may hang on this.

        Posting any other document must not cost a query more than without contracts.
        """
        self.ensure_one()
        days = self.line_ids.mapped("deferred_start_date")
        return bool(self.subscription_draft_fingerprint) or any(days)

    def _get_subscription_rows(self):
        """Return the ledger rows of these documents, readable and writable by anybody's call."""
        # sudo: whoever may change the document may do so without rights on the ledger
        return self.env["subscription.billed.period"].sudo().search([("move_id", "in", self.ids)])

    # ------------------------------------------------------------------
    # Posted
    # ------------------------------------------------------------------

    def _record_booked_amounts(self):
        """Write what posted lines say on their ledger rows, for all documents at once.

        Only a line that somebody edited differs from what was computed; the difference goes to
        its latest row.

        :raise ValidationError: more would be credited than was booked
        """
        if not self:
            return
        changed = self.env["subscription.billed.period"].sudo()
        rows = self._get_subscription_rows().sorted(lambda row: (row.revision, row.n))
        for line, line_rows in rows.grouped("invoice_line_id").items():
            latest, difference = line._get_booked_difference(line_rows)
            if latest and not latest.currency_id.is_zero(difference):
                latest.booked_amount += difference
                changed |= latest
        (changed | changed.reverses_id)._check_credits()

    # ------------------------------------------------------------------
    # Cancelled, deleted
    # ------------------------------------------------------------------

    def _undo_subscription_rows(self, rows, note):
        """Take back what rows of these documents did, and let the next run see it.

        :param rows: ledger rows that go away with their lines
        :param str note: why, shown in the ledger
        :raise UserError: another document credits a part of one of these
        """
        if not rows:
            return
        for row, credit in rows._get_foreign_credits(self):
            raise UserError(
                self.env._(
                    "%(invoice)s cannot be cancelled or deleted, because %(credit)s credits a part "
                    "of it. Cancel %(credit)s first, or make a credit note for the rest.",
                    invoice=row.move_id.display_name,
                    credit=credit.display_name,
                )
            )
        rows._undo(note)
        if not const.unseal(self.env.context, const.DROPPING_DRAFT_KEY):
            rows.order_id._refresh_after_correction()

    def _reattach_subscription_rows(self):
        """Bill the periods of cancelled documents again when these become drafts again.

        :raise UserError: the periods were billed elsewhere, or a credit was given back
        """
        note = self.env._("The document became a draft again.")
        for move in self:
            rows = move._get_subscription_rows()
            lines = move.invoice_line_ids.filtered(
                lambda line: (
                    line.deferred_start_date
                    and line.sale_line_ids.recurrence_id
                    and not line.subscription_adjusted_period_id
                )
            )
            given_back = rows.reversed_by_ids.filtered(
                lambda row: row.kind == "credit" and not row.invoice_line_id
            )
            if lines - rows.invoice_line_id or given_back._overlaps_cover():
                raise UserError(
                    self.env._(
                        "%(document)s cannot become a draft again: its periods were given back to "
                        "the contract when it was cancelled. Bill the contract instead.",
                        document=move.display_name,
                    )
                )
            given_back._restore(note)
            rows.order_id._refresh_after_correction()
