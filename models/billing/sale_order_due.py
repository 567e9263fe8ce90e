from itertools import groupby

from odoo import models
from odoo.tools import format_date

from ... import const
from ...engine import billing
from ...engine.matched import plan_key
from ...tools import get_last_day
from .credit_note import pair_with_invoices
from .credit_share import fetch_credited, share_credits
from .rebate import note_unbearable
from .recurring_invoices import RecurringInvoices


class SaleOrder(models.Model):
    """From the segments and the ledger to invoices; nothing here commits."""

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------------

    def _get_due_items(self, until=None):
        """Return what falls due up to a day, without writing anything.

        Confirmed contracts are compared with their ledger. Quotations are taken as if they were
        confirmed today; this is the amount due now.

        :param date until: last day looked at, today in the company's time zone when empty
        :return: a list of :class:`DueItem` per order
        :rtype: dict
        :raise engine.errors.EngineError: the dates of a contract do not fit together
        """
        return {order: order._get_order_due_items(until) for order in self}

    def _get_order_due_items(self, until=None):
        """Return what is due on one contract: the only answer to that question.

        The first of these cases that holds answers, each is a hook by which a feature says more:

        1. an amendment: what it makes its contract bill (`_get_items_of_amendment`);
        2. an amount that the customer accepted, as it was accepted (`_get_accepted_items`);
        3. a period that somebody bills before it begins (`_get_prepayment_items`);
        4. else what the segments want minus what the ledger has (`_get_items_by_segments`).

        :param date until: last day looked at, today in the company's time zone when empty
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the dates of the contract do not fit together
        """
        self.ensure_one()
        for find in (
            self._get_items_of_amendment,
            self._get_accepted_items,
            self._get_prepayment_items,
        ):
            items = find(until)
            if items is not None:
                return items
        return self._get_items_by_segments(until)

    def _get_items_of_amendment(self, until):
        """Return what an amendment makes its contract bill, None for other orders. Hook.

        Arguments and result of these hooks as of :meth:`_get_order_due_items`.
        """
        return

    def _get_accepted_items(self, until):
        """Return what is billed first as a customer accepted it, None for nothing. Hook."""
        return

    def _get_prepayment_items(self, until):
        """Return what is billed of a period before it begins, None unless one is. Hook."""
        return

    def _get_billing_day(self):
        """Return the day up to which a billing run bills one contract today: today. Hook.

        :rtype: date
        """
        self.ensure_one()
        return self._subscription_today()

    def _get_items_by_segments(self, until):
        """Return what the segments of the lines want minus what their ledger has.

        Quotations have no ledger: what they want is due as if they were confirmed today. A
        cancelled contract only gives back.
        """
        is_quotation = not self._is_subscription_started()
        start = self._get_subscription_start()
        day = until or self._get_billing_day()
        if is_quotation:
            day = max(day, start)
        forfeited = [] if is_quotation else self._get_forfeited_spans()
        result = []
        for line in self._get_recurring_lines():
            if is_quotation:
                segments, rows, since = self._get_quoted_segments(line, start), (), None
            else:
                segments = self._get_segments_until(line, day)
                rows, since = line._get_open_ledger(segments)
            if segments or rows:
                result += line._get_due_items(segments, day, forfeited, rows, since)
        if self.state == "cancel":
            return [due for due in result if due.is_credit]
        return result

    def _get_quoted_segments(self, line, start):
        """Return the segments that a line of a quotation would have, gaps aside. Hook.

        :param line: recurring line of this quotation
        :param date start: first day of service
        :rtype: list[engine.segment.Segment]
        """
        return line._get_typed_segments(start)

    def _get_segments_until(self, line, day):
        """Return the segments of a line as a run on a day will find them. Hook for feature files.

        :param line: recurring line of this contract
        :param date day: last day looked at
        :return: engine segments, without the days of interruptions
        """
        return self._get_effective_segments(line)

    def _check_due_items(self, items_by_order):
        """Refuse what looks like a mistake in the dates rather than something to bill.

        A person who has looked at one contract may overrule this.

        :raise engine.errors.EngineError: too many spans, too far ahead, too much credit
        """
        if const.unseal(self.env.context, const.NO_LIMITS_KEY):
            return
        for order, due_items in items_by_order.items():
            today = order._subscription_today()
            for line, line_items in groupby(due_items, key=lambda due: due.line):
                items = tuple(due.item for due in line_items if not due.forfeited)
                has_credits = any(isinstance(item, billing.Credit) for item in items)
                billing.check_limits(
                    items,
                    # Only credits are weighed against what was billed.
                    line.billed_period_ids._get_engine_rows() if has_credits else (),
                    today,
                    max_items=const.MAX_ITEMS_PER_LINE,
                    max_months_ahead=const.MAX_MONTHS_AHEAD,
                    max_credit_periods=const.MAX_CREDIT_PERIODS,
                )

    # ------------------------------------------------------------------
    # Bill
    # ------------------------------------------------------------------

    def _bill_subscriptions(self, until=None):
        """Bill what is due on these contracts: documents, ledger and dates in one go.

        Nothing is committed and nothing is sent: the caller decides about the transaction.

        :param date until: last day billed, today when empty
        :return: the invoices and credit notes, posted when the template says so
        :rtype: account.move
        :raise engine.errors.EngineError: the dates of a contract do not fit together
        """
        contracts = self._subscription_update_drafts(until)
        contracts._subscription_refresh_taxes()
        due = contracts._get_due_items(until)
        contracts._check_due_items(due)
        with contracts.order_line._adding_invoiced_totals() as add:
            moves = contracts._create_due_documents(due)
            contracts._post_due_documents(moves)
            pair_with_invoices(moves)
            add(moves)
        contracts._update_subscription_dates()
        contracts._hook_on_subscription_billed(moves)
        moves._remember_fingerprints()
        return moves

    def _hook_on_subscription_billed(self, moves):
        """Hook. Called after contracts were billed, in the same transaction. Return nothing.

        Kept credit is taken off the documents before an amendment looks at what is left to bill.

        :param moves: new invoices and credit notes, posted or draft
        """

    def _create_due_documents(self, due):
        """Create invoices and credit notes for due items, with their ledger rows.

        :param dict due: lists of :class:`DueItem` by order
        :return: the new documents
        :rtype: account.move
        """
        moves = self.env["account.move"]
        with_one_off = self.filtered(lambda order: order._get_due_once())
        invoices, credit_notes, silent = self._split_due_items(due)
        for order in with_one_off:
            # The invoice of a contract with one-off lines comes from core, whose hooks other
            # addons fill; the recurring lines take part through the context.
            items = invoices.pop(order, [])
            if not items and not order._is_one_off_due():
                continue
            order._get_due_one_off_lines()._carry_rebates_on(items)
            moves |= order.with_context(
                raise_if_nothing_to_invoice=False
            )._create_invoices_with_items(items)
        moves |= RecurringInvoices(self).make(invoices)
        if credit_notes:
            moves |= self._create_credit_notes(credit_notes)
        self._write_silent_rows(silent)
        return moves

    def _split_due_items(self, due):
        """Say for each due item on which document it goes.

        :return: items by order for the invoice, items by original invoice for credit notes, and
            items that need no document because no money moves
        :rtype: tuple
        """
        invoices, credit_notes, silent = {}, {}, []
        fetch_credited([item for items in due.values() for item in items])
        for order, items in due.items():
            charges = [due for due in items if not due.is_credit and due.amount]
            credits = [due for due in items if due.is_credit and due.amount]
            silent += [due for due in items if not due.amount]
            netted, noted = order._split_credits(charges, credits)
            if charges or netted:
                invoices[order] = charges + netted
            for due_item in noted:
                key = due_item.row.move_id or order
                credit_notes.setdefault(key, []).append(due_item)
        share_credits(invoices, credit_notes)
        note_unbearable(invoices, credit_notes)
        return invoices, credit_notes, silent

    def _split_credits(self, charges, credits):
        """Net credits on the new invoice where that is allowed, else leave them for a credit note.

        A credit whose own invoice is still open, or was another customer's, is a credit note on
        that invoice. Others are netted when the taxes match and the total of those taxes stays at
        0 or above.

        :return: netted items, items for credit notes
        :rtype: tuple
        """
        netted, noted = [], []
        left, given = {}, {}
        for due in charges:
            key = due.get_tax_key()
            left[key] = left.get(key, 0) + due.amount
        # A negative price that ends early is money to ask for: where nothing goes back on the
        # credit note of its invoice, it is billed like a charge.
        for due in sorted(credits, key=lambda due: due.amount > 0):
            move = due.row.move_id
            taxes = due.get_tax_key()
            if due.amount > 0:
                is_netted = given.get(move, 0) + due.amount > 0
            else:
                is_netted = self._can_be_offset(move) and left.get(taxes, -1) + due.amount >= 0
            if is_netted:
                left[taxes] = left.get(taxes, 0) + due.amount
                netted.append(due)
            else:
                given[move] = given.get(move, 0) + due.amount
                noted.append(due)
        return netted, noted

    def _can_be_offset(self, move):
        """Return whether what an invoice gives back may go on the next invoice of this contract.

        Whoever paid gets it back; an invoice that is still open is lowered first.

        :param move: the invoice of a credit, empty when there is none
        :rtype: bool
        """
        is_open = move.state == "posted" and not move.currency_id.is_zero(move.amount_residual)
        return not is_open and self._is_same_payer(move)

    def _is_same_payer(self, move):
        """Return whether an invoice asked the one who pays this contract now, in its currency."""
        payer = self.partner_invoice_id.commercial_partner_id
        return (move.commercial_partner_id or payer) == payer and (
            move.currency_id or self.currency_id
        ) == self.currency_id

    def _write_silent_rows(self, items):
        """Write the ledger rows of items that need no document, and say so on the contract."""
        Ledger = self.env["subscription.billed.period"]
        vals_list = [due.line._prepare_ledger_values(due) for due in items]
        Ledger._create_rows(vals_list)
        free = [due for due in items if not due.is_credit]
        for order, dues in groupby(free, key=lambda due: due.line.order_id):
            last = max(due.item.span.end for due in dues)
            order._message_log(
                body=self.env._(
                    "Nothing to pay up to %(day)s, so no invoice was made for it.",
                    day=format_date(order.env, get_last_day(last)),
                )
            )

    # ------------------------------------------------------------------
    # Dates
    # ------------------------------------------------------------------

    def _update_subscription_dates(self):
        """Write the dates that follow from segments and ledger; the only place that does.

        Contracts of a batch share most of their dates, which are written together.
        """
        covered, keys, planned = {}, {}, {}
        # What core counts as invoiced needs the same rows, which are read again after the writes.
        self.order_line.mapped("qty_invoiced")
        for order in self:
            next_dates = []
            for line in order._get_recurring_lines():
                segments = order._get_effective_segments(line)
                until, next_date, matched = line._get_line_dates(segments)
                if (line.billed_until_date, line.matched_until_date) != (until, matched):
                    covered.setdefault((until, matched), []).append(line.id)
                key = plan_key(segments, matched) if matched else False
                if line.matched_plan_key != key:
                    keys.setdefault(key, []).append(line.id)
                next_dates.append(next_date)
            next_date = order._get_next_invoice_date(next_dates)
            if order.subscription_next_invoice_date != next_date:
                planned.setdefault(next_date, []).append(order.id)
        mirror = self._as_system()
        for (until, matched), ids in covered.items():
            mirror.order_line.browse(ids).write(
                {"billed_until_date": until, "matched_until_date": matched}
            )
        for key, ids in keys.items():
            mirror.order_line.browse(ids).matched_plan_key = key
        for next_date, ids in planned.items():
            mirror.browse(ids).subscription_next_invoice_date = next_date
        self._mirror_segments()

    def _get_line_history(self, line):
        """Return what the engine needs of a line of this contract: its segments and its ledger.

        :rtype: tuple
        """
        return self._get_effective_segments(line), line.billed_period_ids._get_engine_rows()

    def _get_next_invoice_date(self, line_dates):
        """Return the day on which one contract is billed next. Hook.

        Credits that wait put it off; an amount that a customer accepted has the last word after
        them: a run today bills it, or finds that it only waits, and forgets it.

        :param list line_dates: next dates of its lines, those without one included
        :return: the earliest of them and of what is sold once, False when nothing will be due
        """
        self.ensure_one()
        if self.state == "cancel" and not self._get_order_due_items():
            return False
        dates = [*line_dates, self._get_due_one_off_date()]
        return min(filter(None, dates), default=False)
