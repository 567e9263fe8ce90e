from dataclasses import replace

from ...engine.amendment import carry_over, period_end, regrid
from ...engine.change import change_values
from ...engine.ending import NO_REMAINDER, split_end
from ...engine.errors import EngineError
from ...engine.money import to_decimal
from ...engine.segment import Segment, cut_gaps, end_at, live_segment
from ..billing.next_taxes import NextTaxes
from ..billing.rebate import fit_rebates
from ..billing.tax_totals import TaxTotals


def get_amended_items(contract, by_line, touched, day, accepted):
    """Return what falls due on a contract with the given segments.

    :param contract: one `sale.order`
    :param dict by_line: engine segments by line
    :param touched: lines that a change of a later day is about
    :param date day: first day of the change
    :param date accepted: day as of which the amount holds
    :return: a list of :class:`DueItem`
    """
    gaps = contract.subscription_interruption_ids._get_engine_gaps()
    forfeited = contract._get_forfeited_spans()
    is_later = day > accepted
    result = []
    for line, segments in by_line.items():
        if is_later and line not in touched:
            continue
        rows = line.billed_period_ids._get_engine_rows()
        served = cut_gaps(segments, gaps)
        if not served and not rows:
            continue
        items = line._get_due_items(served, max(day, accepted), forfeited, rows)
        result += [due for due in items if not is_later or due.item.on >= day]
    return result


class AmendmentPlan:
    """What an amendment would do: the new segments of the contract, and what then falls due.

    Nothing here writes. The segments are those that the confirmation stores, the items those
    that the billing run finds afterwards, so that the amount due now is the next document.

    :param order: the amendment, one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env
        self.taxes = NextTaxes(order._get_amended_contract(), joining=order.order_line)

    # ------------------------------------------------------------------
    # Segments
    # ------------------------------------------------------------------

    def get_next_period_date(self, day):
        """Return the first day of the next period of the lines that an amendment changes.

        Where it only adds lines, it is the next period of any line.

        :param date day: a day in the current period
        :rtype: date
        """
        targets = self.get_target_lines()
        changed, others = [], []
        for line in self.order._get_amended_contract()._get_recurring_lines():
            segments = line._get_engine_segments()
            end = period_end(segments, day)
            if not end:
                continue
            target = targets.get(line)
            is_kept = (target and not target._is_amended()) or str(line.id) not in (
                self.order.subscription_baseline or {}
            )
            (others if is_kept else changed).append(end)
        return max(changed) if changed else min(others, default=day)

    def get_target_lines(self):
        """Return the line of this amendment that goes on with each line of its contract.

        :rtype: dict
        """
        targets = {}
        for line in self.order.order_line:
            if line.subscription_parent_line_id and not line.display_type:
                targets.setdefault(line.subscription_parent_line_id.sudo(), line)
        return targets

    def get_added_lines(self):
        """Return the lines of this amendment that its contract gets as new ones.

        :return: added lines, lines that are sold once, and those that replace another one
        :rtype: sale.order.line
        """
        going_on = self.order.order_line.browse(
            line.id for line in self.get_target_lines().values() if not line._is_switched()
        )
        return self.order._get_priced_lines() - going_on

    def get_segments(self):
        """Return the segments of the contract as this amendment wants them.

        :return: engine segments by recurring line: the lines of the contract, then those of the
            amendment that it adds
        :rtype: dict
        """
        return {line: segments for line, (segments, _remainder) in self.get_plans().items()}

    def get_plans(self):
        """Return the segments as this amendment wants them, and what the contract's end takes away.

        :return: engine segments and the engine's `Remainder` by recurring line, as in
            :meth:`get_segments`
        :rtype: dict
        """
        day = self.order._get_effective_date()
        targets = self.get_target_lines()
        plans = {}
        for line in self.order._get_amended_contract()._get_recurring_lines():
            plans[line] = self._get_amended_plan(line, targets.get(line), day)
        for line in self.get_added_lines().filtered("is_recurring"):
            plans[line] = self._get_added_plan(line, day)
        return plans

    def _get_amended_plan(self, line, target, day):
        """Return the segments of one line of the contract, and what its end takes away.

        :param line: line of the contract
        :param target: line of this amendment that goes on with it, None when it was taken off
        :param date day: first day of the change
        """
        old, remainder = line._get_engine_segments(), line._get_remainder()
        if not live_segment(old, day) or str(line.id) not in (
            self.order.subscription_baseline or {}
        ):
            return old, remainder
        if not target or target._is_switched() or target._is_taken_off():
            return end_at(old, day), remainder
        values = target._get_amended_values()
        new = line._get_whole_plan()
        if values:
            new = change_values(new, day, values=values)
        if self.is_template_switched():
            new = regrid(new, day, target._get_typed_terms())
        end = line.order_id.subscription_end_date
        return split_end(new, end) if end else (new, NO_REMAINDER)

    def _get_added_plan(self, line, day):
        """Return the segments of a line that this amendment adds, and what its end takes away.

        :param line: line of this amendment
        :param date day: first day of the change
        """
        end = self.order._get_subscription_term_end()
        quantity = to_decimal(line.product_uom_qty)
        if not quantity or (end and end <= day):
            return (), NO_REMAINDER
        terms = line._get_typed_terms()
        parent = line.subscription_parent_line_id.sudo()
        if parent:
            segments = carry_over(parent._get_whole_plan(), day, quantity, terms)
        else:
            segments = (Segment(day, None, quantity, terms),)
        return split_end(segments, end) if end else (segments, NO_REMAINDER)

    def is_template_switched(self):
        """Return whether this amendment puts its contract on other terms."""
        contract = self.order._get_amended_contract()
        return (
            self.order._get_subscription_template()
            != contract._get_subscription_template().with_env(self.env)
        )

    def get_touched_lines(self, segments):
        """Return the lines whose segments an amendment changes, those that it adds included.

        :param dict segments: of :meth:`get_segments`
        :rtype: list
        """
        return [line for line, new in segments.items() if list(new) != line._get_engine_segments()]

    def get_due_items(self):
        """Return what the contract bills because of this amendment, as soon as it is confirmed.

        For a change of a later day that is nothing, unless it is paid in advance.

        :return: a list of :class:`DueItem`
        """
        if self.order._is_change_later() and not self.order._is_prepayment_requested():
            self.get_segments()  # what the engine refuses is refused before its day
            return []
        return self.get_changed_items()

    def get_changed_items(self):
        """Return what the contract bills on the day of this amendment.

        Up to today that is everything that its next run bills. For a change of a later day it is
        what falls due on that day on the lines that change.

        :return: a list of :class:`DueItem`
        """
        segments = self.get_segments()
        items = get_amended_items(
            self.order._get_amended_contract(),
            segments,
            self.get_touched_lines(segments),
            self.order._get_effective_date(),
            self.order._get_quote_date(),
        )
        return self._get_items_as_amended(items)

    def _get_items_as_amended(self, items):
        """Let charges have the taxes that this amendment gives their lines.

        :param items: :class:`DueItem` of lines of the contract
        :rtype: list
        """
        targets = {
            line: target
            for line, target in self.get_target_lines().items()
            if not target._is_switched() and target._get_amended_details()
        }
        return [
            due if due.is_credit else replace(due, line=targets.get(due.line, due.line))
            for due in items
        ]

    # ------------------------------------------------------------------
    # With and without the change
    # ------------------------------------------------------------------

    def get_items_until(self, by_line, until):
        """Return what the contract is billed up to and with a day.

        :param dict by_line: engine segments by line
        :param date until: last day looked at
        :return: lists of :class:`DueItem` by day of the run
        :rtype: dict
        """
        contract = self.order._get_amended_contract()
        gaps = contract.subscription_interruption_ids._get_engine_gaps()
        forfeited = contract._get_forfeited_spans()
        today, found = self.order._get_quote_date(), {}
        for line, segments in by_line.items():
            for due in line._get_due_items(cut_gaps(segments, gaps), until, forfeited):
                found.setdefault(max(due.item.on, today), []).append(due)
        return found

    def _get_items_until_change(self, by_line):
        """Return what the contract is billed up to and with the day of the change, by day."""
        return self.get_items_until(by_line, self.order._get_effective_date())

    def _get_agreed_segments(self):
        """Return engine segments of the contract without this amendment, by line.

        :rtype: dict
        """
        lines = self.order._get_amended_contract()._get_recurring_lines()
        return {line: line._get_engine_segments() for line in lines}

    def get_later_untaxed(self):
        """Return how much more is billed up to the day of the change than without it.

        :return: amount in the price basis, 0 when the dates do not fit together
        :rtype: float
        """
        try:
            pair = [
                sum(
                    due.amount
                    for items in self._get_items_until_change(segments).values()
                    for due in items
                )
                for segments in (self.get_segments(), self._get_agreed_segments())
            ]
        except EngineError:
            return 0.0  # the confirmation says what is wrong
        one_off = self.order._get_priced_lines() - self.order._get_recurring_lines()
        return float(pair[0] - pair[1]) + sum(one_off.mapped("price_subtotal"))

    def get_later_amount(self):
        """Return how much more is billed up to the day of the change, taxes included.

        :return: what the documents of these days add up to with the change, less what they would
            without it
        :rtype: float
        """
        with_change = {
            on: self._get_items_as_amended(items)
            for on, items in self._get_items_until_change(self.get_segments()).items()
        }
        without = self._get_items_until_change(self._get_agreed_segments())
        once = self.order._get_amendment_one_off_lines()
        return self._get_later_total(with_change, once) - self._get_later_total(without)

    def _get_later_total(self, items_by_day, once=()):
        """Add up what the contract is billed up to and with the day of the change.

        :param dict items_by_day: lists of :class:`DueItem` by day of the run
        :param once: pairs of a line that is sold once on the day of the change and its quantity
        :return: total of the documents, each taxed and rounded for itself
        :rtype: float
        """
        waiting = self.order._get_amended_contract()._get_due_once()
        first, last = self.order._get_quote_date(), self.order._get_effective_date()
        sold = {first: waiting, last: list(once)}
        total = 0.0
        for on in {*items_by_day, *sold}:
            groups = self.get_document_groups(items_by_day.get(on, []), sold.get(on, []))
            total += TaxTotals(self.order).get_of_documents(groups)["total_amount_currency"]
        return total

    def get_due_now_groups(self):
        """Return the base lines of the documents that follow from this amendment.

        Taxes are rounded per document, so an invoice and a credit note are summed up apart.

        :return: base lines of the invoice, if any, then of each credit note
        :rtype: list[list[dict]]
        """
        try:
            items = self.order._get_order_due_items()
        except EngineError:
            items = []  # the confirmation says what is wrong
        return self.get_document_groups(
            items, self.order._get_preview_one_off_lines(self.order._get_quote_date())
        )

    def get_document_groups(self, items, once):
        """Return the base lines of the documents of one day.

        :param list items: :class:`DueItem` of the contract
        :param list once: pairs of a line that is sold once and its quantity
        :return: as of :meth:`get_due_now_groups`
        :rtype: list[list[dict]]
        """
        invoices, credit_notes, silent = self.order._split_due_items({self.order: items})
        charges = invoices.get(self.order, [])
        one_off = [
            line._prepare_base_line_for_taxes_computation(
                quantity=quantity, tax_ids=self.taxes.of(line)
            )
            for line, quantity in once
        ]
        if not charges and sum(line["price_unit"] * line["quantity"] for line in one_off) <= 0:
            one_off = []  # what only gives something back waits for the next period
        groups = [charges, *credit_notes.values(), silent]
        groups = [
            [line for due in group for line in due.line._prepare_due_base_lines(due, self.taxes)]
            for group in groups
        ]
        groups[0] = fit_rebates(one_off + groups[0], self.order)
        return [group for group in groups if group]
