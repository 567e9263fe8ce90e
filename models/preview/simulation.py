from dataclasses import dataclass
from datetime import date
from typing import Any

from odoo import models
from odoo.tools import format_date

from ...engine.change import change_values
from ...engine.errors import EngineError
from ...engine.pausing import restart_periods
from ...engine.period import FOREVER, Period
from ...engine.segment import cut_gaps
from ...engine.simulation import months_from, simulate
from ...explain import explain
from ..billing.sale_order_due import DueItem

SIMULATED_MONTHS = 24


@dataclass(frozen=True, slots=True)
class TriedChange:
    """What somebody tries out on a contract: a changed line, days without service, or an end.

    ``until`` is the day on which the old values of the line come back, ``gap`` and ``end`` are as
    in ``_get_dry_due_items``, ``is_forfeit`` says that unused days are not credited,
    ``is_restart`` that periods begin anew after the gap.
    """

    line: Any = None
    day: date | None = None
    until: date | None = None
    quantity: float | None = None
    price_unit: float | None = None
    discount: float | None = None
    gap: Period | None = None
    end: date | None = None
    is_forfeit: bool = False
    is_restart: bool = False


class SaleOrder(models.Model):
    """Time travel: the coming months of a contract, with a change to try; nothing is written."""

    _inherit = "sale.order"

    def action_subscription_simulate(self):
        """Show the coming months of the contract, with a change to try."""
        action = self._get_wizard_action(
            "subscription.simulation", self.env._("Simulate %(order)s", order=self.name)
        )
        action["context"]["dialog_size"] = "extra-large"
        return action

    def _get_simulation(self, change=None, months=SIMULATED_MONTHS):
        """Return what the billing run will make of an order in the coming months.

        The days that the run would choose, the engine that it asks and core's own taxes: what is
        found here is what happens if nobody changes the contract any more. A quotation is looked
        at as if it were confirmed today, an amendment as the contract that it makes.

        :param TriedChange change: what to try, None for the contract as it is
        :param int months: calendar months, the running one included
        :return: ``months``: dicts with the first day, its name, ``charged`` and ``credited``
            (untaxed), ``mrr`` on the last day and ``documents`` as previews draw them;
            ``currency_id``; ``notes``: what is assumed, in sentences; ``error``: a sentence
            instead of months
        :rtype: dict
        :raise UserError: the change is refused, as the operation itself would refuse it
        """
        self.ensure_one()
        result = {
            "currency_id": self.currency_id.id,
            "months": [],
            "notes": self._get_simulation_notes(),
            "error": False,
        }
        today = max(self._subscription_today(), self._get_simulated_start())
        forfeited = self._get_simulated_forfeits(change)
        splits = self._get_credit_splits(forfeited)
        found = {}
        try:
            for line, segments, rows in self._get_simulated_plans(change, today, months):
                usage = line._get_simulated_usage(segments, rows, today)
                result["notes"] += [line._get_usage_text(usage)] if usage else []
                found[line] = simulate(segments, rows, today, months, splits, usage)
        except EngineError as error:
            return {**result, "error": explain(self.env, error)}
        by_day, prices = self._get_simulated_days(found, change, forfeited), {}
        for index in range(months if found else 0):
            parts = {line: line_months[index] for line, line_months in found.items()}
            month = self._get_simulated_month(parts, by_day, prices)
            result["months"].append(month)
        return result

    def _get_simulation_notes(self):
        """:return: sentences about what is assumed of the whole order"""
        if self._is_subscription_started():
            return []
        return [self.env._("As if %(order)s were confirmed today.", order=self.name)]

    def _get_simulated_steps(self):
        """Return the steps that a simulation begins with. Hook.

        :return: engine segments by recurring line
        :rtype: dict
        """
        lines = self._get_recurring_lines()
        if self._is_subscription_started():
            return {line: line._get_engine_steps() for line in lines}
        start = self._get_subscription_start()
        return {line: line._get_typed_segments(start) for line in lines}

    def _get_simulated_contract(self):
        """Return the contract whose pauses, ends and terms count. Hook.

        :rtype: sale.order
        """
        return self

    def _get_simulated_start(self):
        return self._get_simulated_contract()._get_subscription_start()

    def _get_simulated_end(self):
        """:return: first day without service, also of a quotation; None when it has no end"""
        contract = self._get_simulated_contract()
        if contract._is_subscription_started():
            return contract.subscription_end_date or None
        return contract._get_subscription_term_end() or None

    def _get_simulated_plans(self, change, today, months):
        """Return the steps and the ledger of each recurring line, as a change leaves them.

        :param TriedChange change: what to try, None for the contract as it is
        :param date today: first day looked at
        :param int months: how many calendar months are looked at
        :rtype: list[tuple]
        """
        change = change or TriedChange()
        renewals = self._get_simulated_renewals(change, [*months_from(today, months)][-1].end)
        gaps = self._get_simulated_gaps(change)
        plans = []
        for line, steps in self._get_simulated_steps().items():
            segments = self._get_tried_steps(line, steps, change)
            for day in renewals:
                segments = line._get_list_pricing(day)(segments)
            rows = line.billed_period_ids._get_engine_rows()
            plans.append((line, cut_gaps(segments, gaps), rows))
        return plans

    def _get_tried_steps(self, line, segments, change):
        """:return: engine segments of one line as a change leaves them
        :raise UserError: the change is refused
        """
        if change.line == line:
            values = self._prepare_change_values(
                change.quantity, change.price_unit, change.discount
            )
            if self._is_subscription_started():
                segments = self._get_changed_steps(line, change.day, values, change.until)
            else:
                segments = change_values(
                    segments,
                    change.day,
                    change.until,
                    values=values,
                    kind="limited" if change.until else None,
                    today=self._subscription_today(),
                )
        if change.is_restart and change.gap.end < FOREVER:
            day = change.gap.end
            segments = restart_periods(segments, day, day, self._get_next_restart(day))
        if change.end and segments:
            segments, _tail = line._get_moved_end(self._get_simulated_end(), change.end, segments)
        return segments

    def _get_simulated_gaps(self, change):
        """:return: the days without service as engine periods, those of a tried pause included"""
        contract = self._get_simulated_contract()
        gaps = contract.subscription_interruption_ids._get_engine_gaps()
        return gaps + ([change.gap] if change.gap else [])

    def _get_simulated_renewals(self, change, until):
        """Return the first days of the terms that begin at list prices.

        :param TriedChange change: what to try
        :param date until: first day that is not looked at any more
        :rtype: list[date]
        """
        contract, until = self._get_simulated_contract(), min(change.end or FOREVER, until)
        if contract._is_subscription_started():
            return contract._get_list_price_days(until)
        return contract._get_quoted_price_days(until)

    def _get_quoted_price_days(self, until):
        """Return what :meth:`_get_list_price_days` would if this quotation were confirmed today."""
        terms, grid = self._get_subscription_terms(), self._get_term_grid()
        price = self.subscription_renewal_price or terms.renewal_price
        if not grid or price != "list" or self._get_end_action() != "renew":
            return []
        day, days = grid.next_boundary(self._get_subscription_start()), []
        while day < min(self._get_simulated_end() or until, until):
            days.append(day)
            day = grid.next_boundary(day)
        return days

    def _get_simulated_forfeits(self, change):
        forfeited = self._get_simulated_contract()._get_forfeited_spans()
        if change and change.is_forfeit:
            forfeited.append(change.gap or Period(change.end, FOREVER))
        return forfeited

    def _get_simulated_month(self, parts, by_day, prices):
        """Return one month of :meth:`_get_simulation`.

        :param dict parts: what the engine says of the month, by line
        :param dict by_day: lists of :class:`DueItem` by day
        :param dict prices: what steps are worth per month, remembered from month to month
        :rtype: dict
        """
        span = next(iter(parts.values())).span
        documents = self._get_simulated_documents(
            {day: items for day, items in by_day.items() if span.contains(day)}, span
        )
        amounts = [line["amount"] for document in documents for line in document["lines"]]
        return {
            "date": span.start.isoformat(),
            "label": format_date(self.env, span.start, date_format="MMM yyyy"),
            "charged": sum(amount for amount in amounts if amount > 0),
            "credited": -sum(amount for amount in amounts if amount < 0),
            "mrr": sum(self._get_simulated_mrr(line, parts[line], prices) for line in parts),
            "documents": documents,
        }

    def _get_simulated_days(self, found, change, forfeited):
        """Return what the run of each day bills.

        :param dict found: tuples of `SimulatedMonth` by line
        :param TriedChange change: what to try, None for the contract as it is
        :param list forfeited: spans whose unused days are not credited, engine periods
        :return: lists of :class:`DueItem` by day
        :rtype: dict
        """
        by_day = {}
        for line, line_months in found.items():
            for month in line_months:
                for item in month.items:
                    due = self._get_simulated_item(line, item, forfeited)
                    by_day.setdefault(item.on, []).append(due)
        terms = self._get_subscription_terms()
        if terms.credit_on_downgrade != "offset":
            return by_day
        goes_on = any(line_months[-1].step for line_months in found.values())
        return self._hold_simulated_credits(by_day, change or TriedChange(), goes_on)

    def _hold_simulated_credits(self, by_day, change, goes_on):
        """Let credits wait for the next invoice, as `_split_credits` does for such terms.

        :param dict by_day: lists of :class:`DueItem` by day
        :param TriedChange change: what to try
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
            if is_invoiced or day >= last or not self._is_served_in_simulation(day, change):
                taken, held = taken + credits, []
            else:
                held = credits
            if taken:
                result[day] = taken
        return result

    def _is_served_in_simulation(self, day, change):
        """:return: whether the contract is active on a day of a simulation"""
        end = min(change.end or FOREVER, self._get_simulated_end() or FOREVER)
        gaps = self._get_simulated_gaps(change)
        return day < end and not any(gap.contains(day) for gap in gaps)

    def _get_simulated_item(self, line, item, forfeited):
        """Wrap a future item; what it undoes may be billed only later in the simulation."""
        if isinstance(getattr(item, "row_key", None), tuple):
            due = line._get_due_item(item, forfeited)
            # sudo: as for the rows of _get_due_item
            return DueItem(line, item, self.env["subscription.billed.period"].sudo(), due.forfeited)
        return line._get_due_item(item, forfeited)

    def _get_simulated_documents(self, by_day, span):
        """Return the documents of one month, one per day of the run.

        :param dict by_day: lists of :class:`DueItem` by day
        :param span: the days of the month, an engine `Period`
        """
        sold = self._get_simulated_one_off(span)
        for on, pairs in sold.items():
            if sum(line.price_subtotal for line, _quantity in pairs) > 0:
                by_day.setdefault(on, [])
        documents, one_off = [], []
        for on in sorted({*by_day, *sold}):
            one_off += sold.get(on, [])
            if on not in by_day:
                continue
            is_invoice = not by_day[on] or any(due.amount > 0 for due in by_day[on])
            lines = one_off if is_invoice else []
            document = self._get_preview_document(
                format_date(self.env, on),
                by_day[on],
                one_off=lines,
                kind="invoice" if is_invoice else "credit",
            )
            documents.append(document)
            one_off = [] if lines else one_off
        return documents

    def _get_simulated_one_off(self, span):
        """:return: what is sold once and billed in a month: pairs of line and quantity, by day
        :rtype: dict
        """
        first, sold = max(self._subscription_today(), self._get_simulated_start()), {}
        for line, quantity in self._get_preview_one_off_lines(FOREVER):
            day = max(line.one_off_bill_date or first, first)
            if span.contains(day):
                sold.setdefault(day, []).append((line, quantity))
        return sold

    def _get_simulated_mrr(self, line, month, prices):
        """Return the monthly value of a line, without taxes, as the contract's own MRR has it.

        :param month: an engine `SimulatedMonth`
        :param dict prices: values by line, quantity and terms, filled here
        :rtype: float
        """
        step = month.step
        if step is None:
            return 0.0
        key = line, step.quantity, step.terms
        if key not in prices:
            prices[key] = line._get_step_mrr(step)
        return prices[key]
