from datetime import date

from odoo.tools import format_date

from ...engine.change import change_values
from ...engine.errors import EngineError
from ...engine.pausing import restart_periods
from ...engine.period import FOREVER
from ...engine.segment import cut_gaps
from ...engine.simulation import months_from, simulate
from ...explain import explain
from ..billing.due_item import DueItem, get_credit_splits
from .preview import Preview
from .tried import Tried

SIMULATED_MONTHS = 24


class Simulation:
    """Time travel: the coming months of a contract, with a change to try; nothing is written.

    What a feature knows better than the contract stands in two hooks of `sale.order`:
    `_get_simulated_contract` and `_get_simulated_segments`.

    :param order: the contract or quotation, one `sale.order`
    :param Tried tried: what to try, None for the contract as it is
    :param int months: calendar months to look at, the running one included
    """

    def __init__(self, order, tried=None, months=SIMULATED_MONTHS):
        order.ensure_one()
        self.order = order
        self.env = order.env
        self.tried = tried or Tried()
        self.months = months
        self.contract = order._get_simulated_contract()
        self.today = max(order._subscription_today(), self.contract._get_subscription_start())
        self.gaps = self.tried.get_gaps(self.contract)
        self.forfeited = self.tried.get_forfeits(self.contract)
        self._preview = Preview(order)
        self._prices = {}  # what segments are worth per month, remembered from month to month

    def get(self):
        """Return what the billing run will make of an order in the coming months.

        The days that the run would choose, the engine that it asks and core's own taxes: what is
        found here is what happens if nobody changes the contract any more. A quotation is looked
        at as if it were confirmed today, an amendment as the contract that it makes.

        :return: ``months``: dicts with the first day, its name, ``charged`` and ``credited``
            (untaxed), ``mrr`` on the last day and ``documents`` as previews draw them;
            ``currency_id``; ``notes``: what is assumed, in sentences; ``error``: a sentence
            instead of months
        :rtype: dict
        :raise UserError: the change is refused, as the operation itself would refuse it
        """
        result = {
            "currency_id": self.order.currency_id.id,
            "months": [],
            "notes": self._get_notes(),
            "error": False,
        }
        splits = get_credit_splits(self.forfeited)
        found = {}
        try:
            for line, segments, rows in self._get_plans():
                usage = line._get_simulated_usage(segments, rows, self.today)
                result["notes"] += [line._get_usage_text(usage)] if usage else []
                found[line] = simulate(segments, rows, self.today, self.months, splits, usage)
        except EngineError as error:
            return {**result, "error": explain(self.env, error)}
        by_day = self._get_days(found)
        for index in range(self.months if found else 0):
            parts = {line: line_months[index] for line, line_months in found.items()}
            result["months"].append(self._get_month(parts, by_day))
        return result

    def _get_notes(self):
        """Return sentences about what is assumed of the whole order."""
        notes = []
        if not self.order._is_subscription_started():
            notes = [self.env._("As if %(order)s were confirmed today.", order=self.order.name)]
        once = self.order._get_priced_lines().filtered(
            lambda line: not line.is_recurring and line._is_billed_on_delivery()
        )
        return notes + [
            self.env._(
                "%(product)s is sold once and billed when it is delivered: %(amount)s is not "
                "shown.",
                product=line.product_id.display_name,
                amount=self.order.currency_id.format(line.price_subtotal),
            )
            for line in once
            if line.qty_invoiced < line.product_uom_qty
        ]

    def get_end(self):
        """Return the first day without service, also of a quotation; None when it has no end."""
        contract = self.contract
        if contract._is_subscription_started():
            return contract.subscription_end_date or None
        return contract._get_subscription_term_end() or None

    def _get_plans(self):
        """Return the segments and the ledger of each recurring line, as a change leaves them.

        :rtype: list[tuple]
        """
        until = [*months_from(self.today, self.months)][-1].end
        plans = []
        for line, planned in self.order._get_simulated_segments().items():
            segments = self._get_tried_segments(line, planned)
            segments = line._get_segments_of_next_term(segments, self, until)
            rows = line.billed_period_ids._get_engine_rows()
            plans.append((line, cut_gaps(segments, self.gaps), rows))
        return plans

    def _get_tried_segments(self, line, segments):
        """Return the engine segments of one line as a change leaves them.

        :raise UserError: the change is refused
        """
        if self.tried.line == line:
            values = self.order._prepare_change_values(
                self.tried.quantity, self.tried.price_unit, self.tried.discount
            )
            if self.order._is_subscription_started():
                segments = self.order._get_changed_segments(
                    line, self.tried.day, values, self.tried.until
                )
            else:
                segments = change_values(
                    segments,
                    self.tried.day,
                    self.tried.until,
                    values=values,
                    kind="limited" if self.tried.until else None,
                    today=self.order._subscription_today(),
                )
        if self.tried.is_restart and self.tried.gap.end < FOREVER:
            day = self.tried.gap.end
            later = self.order.subscription_interruption_ids._get_next_restart(day)
            segments = restart_periods(segments, day, day, later)
        if self.tried.end and segments:
            segments, _remainder = line._get_moved_end(self.get_end(), self.tried.end, segments)
        return segments

    def _get_month(self, parts, by_day):
        """Return one month of :meth:`get`.

        :param dict parts: what the engine says of the month, by line
        :param dict by_day: lists of :class:`DueItem` by day
        :rtype: dict
        """
        span = next(iter(parts.values())).span
        documents = self._get_documents(
            {day: items for day, items in by_day.items() if span.contains(day)}, span
        )
        amounts = [line["amount"] for document in documents for line in document["lines"]]
        return {
            "date": span.start.isoformat(),
            "label": format_date(self.env, span.start, date_format="MMM yyyy"),
            "charged": sum(amount for amount in amounts if amount > 0),
            "credited": -sum(amount for amount in amounts if amount < 0),
            "mrr": sum(self._get_mrr(line, parts[line]) for line in parts),
            "documents": documents,
        }

    def _get_days(self, found):
        """Return what the run of each day bills.

        :param dict found: tuples of `SimulatedMonth` by line
        :return: lists of :class:`DueItem` by day
        :rtype: dict
        """
        by_day = {}
        for line, line_months in found.items():
            for month in line_months:
                for item in month.items:
                    due = self._get_item(line, item)
                    by_day.setdefault(item.on, []).append(due)
        template = self.order._get_subscription_template()
        if template.credit_on_downgrade != "offset":
            return by_day
        goes_on = any(line_months[-1].segment for line_months in found.values())
        return self._hold_credits(by_day, goes_on)

    def _hold_credits(self, by_day, goes_on):
        """Let credits wait for the next invoice, as `_split_credits` does for such terms.

        :param dict by_day: lists of :class:`DueItem` by day
        :param bool goes_on: whether there are invoices to wait for after these days
        :rtype: dict
        """
        charged = [day for day in by_day if any(not due.is_credit for due in by_day[day])]
        last = FOREVER if goes_on else max(charged, default=date.min)
        held, result = [], {}
        for day in sorted(by_day):
            credits = held + [due for due in by_day[day] if due.is_credit and due.amount < 0]
            taken = [due for due in by_day[day] if due not in credits]
            is_invoiced = sum(due.amount for due in taken) > 0
            if is_invoiced or day >= last or not self._is_served(day):
                taken, held = taken + credits, []
            else:
                held = credits
            if taken:
                result[day] = taken
        return result

    def _is_served(self, day):
        """Return whether the contract is active on a day of a simulation."""
        end = min(self.tried.end or FOREVER, self.get_end() or FOREVER)
        return day < end and not any(gap.contains(day) for gap in self.gaps)

    def _get_item(self, line, item):
        """Wrap a future item; what it undoes may be billed only later in the simulation."""
        if isinstance(getattr(item, "row_key", None), tuple):
            due = line._get_due_item(item, self.forfeited)
            # sudo: as for the rows of _get_due_item
            return DueItem(line, item, self.env["subscription.billed.period"].sudo(), due.forfeited)
        return line._get_due_item(item, self.forfeited)

    def _get_documents(self, by_day, span):
        """Return the documents of one month, one per day of the run.

        :param dict by_day: lists of :class:`DueItem` by day
        :param span: the days of the month, an engine `Period`
        """
        sold = self._get_one_off(span)
        for on, pairs in sold.items():
            if sum(line.price_subtotal for line, _quantity in pairs) > 0:
                by_day.setdefault(on, [])
        documents, one_off = [], []
        for on in sorted({*by_day, *sold}):
            one_off += sold.get(on, [])
            if on not in by_day:
                continue
            is_sold = sum(line.price_subtotal for line, _quantity in one_off) > 0
            is_invoice = is_sold or any(due.amount > 0 for due in by_day[on]) or not by_day[on]
            lines = one_off if is_invoice else []
            document = self._preview.get_document(
                format_date(self.env, on),
                by_day[on],
                one_off=lines,
                kind="invoice" if is_invoice else "credit",
            )
            documents.append(document)
            one_off = [] if lines else one_off
        return documents

    def _get_one_off(self, span):
        """Return what is sold once and billed in a month: pairs of line and quantity, by day.

        :rtype: dict
        """
        first, sold = self.today, {}
        for line, quantity in self.order._get_preview_one_off_lines(FOREVER):
            day = max(line.one_off_bill_date or first, first)
            if span.contains(day):
                sold.setdefault(day, []).append((line, quantity))
        return sold

    def _get_mrr(self, line, month):
        """Return the monthly value of a line, without taxes, as the contract's own MRR has it.

        :param month: an engine `SimulatedMonth`
        :rtype: float
        """
        segment = month.segment
        if segment is None:
            return 0.0
        key = line, segment.quantity, segment.terms
        if key not in self._prices:
            self._prices[key] = line._get_segment_mrr(segment)
        return self._prices[key]
