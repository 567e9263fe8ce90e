from collections import namedtuple
from functools import cached_property

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.change import discounted, period_start
from ...engine.money import to_decimal
from ...engine.period import FOREVER, Period
from ...engine.price_rise import rise_span
from ...engine.recurrence import Recurrence
from ...engine.segment import segment_at
from ...tools import get_last_day
from ..billing.next_taxes import NextTaxes
from ..lifecycle.dry_operation import DryOperation
from ..preview.dry_run import DryRun
from ..preview.preview import Preview
from ..preview.tried import Tried
from .offered_switch import OfferedSwitch

# The days of a discount on one line, its segments, and what the end of the contract takes of them.
Cheaper = namedtuple("Cheaper", "span segments remainder")


class RetentionOffer:
    """What a customer who wants to leave may have instead: its money, and accepting it.

    :param acts: :class:`CustomerActs` of the contract
    :param reason: the `subscription.close.reason` that the customer picked, may be empty
    """

    def __init__(self, acts, reason):
        self.acts = acts
        self.reason = reason
        self.order = acts.order
        self.env = acts.env
        self.today = acts.today
        self._taxes = NextTaxes(acts.order)

    # ------------------------------------------------------------------
    # May
    # ------------------------------------------------------------------

    @cached_property
    def is_open(self):
        """Whether this contract may have the offer now."""
        return bool(
            self.reason.offer_kind
            and self.acts.can_close
            and not self._was_accepted()
            and getattr(self, f"_can_{self.reason.offer_kind}")()
        )

    def _was_accepted(self):
        """Return whether an offer was accepted too short a time ago, on any contract of the chain.

        Whoever picks one reason after the other collects nothing.
        """
        chain = self.order.subscription_origin_id or self.order
        accepted = self.env["subscription.accepted.offer"].search(
            [("order_id.subscription_origin_id", "in", chain.ids)]
        )
        return any(self._is_too_soon_after(one) for one in accepted)

    def _is_too_soon_after(self, accepted):
        """Return whether the longer one of two waits is not over: of this offer, and of the last.

        :param accepted: one `subscription.accepted.offer`
        """
        waits = (self.reason.offer_wait_months, accepted.reason_id.offer_wait_months)
        if not all(waits):
            return True  # only once
        return accepted.accepted_date > fields.Date.subtract(self.today, months=max(waits))

    @property
    def is_accepted_today(self):
        """Whether this very offer was accepted on this contract today."""
        accepted = self.order.subscription_accepted_offer_ids
        return any(
            one.reason_id == self.reason and one.accepted_date == self.today for one in accepted
        )

    def _can_discount(self):
        return bool(self._cheaper) and not self.preview["error"] and self.preview["saved"] > 0

    def _can_pause(self):
        return self.acts.order.subscription_state == "active" and not self.preview["error"]

    def _can_template(self):
        return self.switch.is_open and not self.preview["error"]

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------

    @cached_property
    def switch(self):
        """The switch to other terms that is offered, see :class:`OfferedSwitch`."""
        return OfferedSwitch(self.order, self.reason)

    @cached_property
    def preview(self):
        """What accepting it does to the money, see :class:`Preview`.

        Of a discount it is the first cheaper invoice, and ``saved`` what that saves; of other
        terms what a change shows.
        """
        if self.reason.offer_kind == "template":
            return self.switch.preview(self.switch.choice)
        if self.reason.offer_kind == "pause":
            return self.acts.try_out(self._get_pause_items)
        preview = Preview(self.order)
        return preview.or_reason(self._get_discount_preview)

    def _get_pause_items(self):
        self.order._check_pause(self.acts.pause_start, self._pause_end, "pause")
        template = self.acts.template
        return DryOperation(self.order).get_pause_items(
            self.acts.pause_start,
            self._pause_end,
            is_forfeit=template.credit_on_pause == "forfeit",
            is_restart=template._get_pause_anchor() == "restart",
        )

    def _get_discount_preview(self):
        segments = {line: cheaper.segments for line, cheaper in self._cheaper.items()}
        before, after = (self._preview_day(tried) for tried in (Tried(), Tried(segments=segments)))
        return {**after, "saved": before["total"] - after["total"]}

    def _preview_day(self, tried):
        """Return the first invoice that the discount lowers, if something is tried out or not."""
        preview, day = Preview(self.order, self._taxes), self.cheaper_date
        # What falls due before is billed before.
        items = [due for due in DryRun(self.order, tried).get_items(day) if due.item.on >= day]
        return preview.prepare(preview.get_documents(items, day))

    @cached_property
    def cheaper_date(self):
        """Day of the first invoice that the discount lowers."""
        days = []
        for cheaper in self._cheaper.values():
            terms = segment_at(cheaper.segments, cheaper.span.start).terms
            start = cheaper.span.start
            days.append(start if terms.timing == "advance" else terms.grid.next_boundary(start))
        return min(days)

    # ------------------------------------------------------------------
    # Discount
    # ------------------------------------------------------------------

    @cached_property
    def _cheaper(self):
        """The lines that a discount makes cheaper, with its days.

        It holds for the next periods that begin and are not billed, after a trial.
        """
        found = {}
        for line in self.order._get_recurring_lines():
            if line.segment_ids and (cheaper := self._get_cheaper(line)):
                found[line] = cheaper
        return found

    def _get_cheaper(self, line):
        plan = line._get_whole_plan()
        rows = line.billed_period_ids._get_engine_rows()
        span = rise_span(plan, rows, self.today, "period")
        end = self.order.subscription_end_date or FOREVER
        if not span or span.start >= end:
            return None
        grid = segment_at(plan, span.start).terms.grid
        last = period_start(grid, span.start, self.reason.offer_count + 1)
        days = Period(span.start, min(last, end))
        percent = to_decimal(self.reason.offer_discount)
        segments, remainder = self.order._run_on_plan(
            line, lambda plan: discounted(plan, days, percent)
        )
        return Cheaper(days, segments, remainder)

    @property
    def title(self):
        """What is offered, in a few words that make staying easy."""
        return self.env._("Stay with us: %(offer)s", offer=self.reason.offer_text)

    @property
    def money_title(self):
        """What the figures below are about."""
        if self.reason.offer_kind == "pause":
            return self.env._("What is charged and given back")
        return self.env._(
            "Your invoice of %(day)s: %(amount)s",
            day=format_date(self.env, self.cheaper_date),
            amount=self.order.currency_id.format(self.preview["total"]),
        )

    @property
    def button(self):
        """What accepting it does, in a few words."""
        if self.preview.get("is_paid_first"):
            return self.env._("Stay, and go on to the payment")
        return self.env._("Stay and accept")

    def get_texts(self):
        """Return the offer in whole sentences, with days and money; other terms show a change.

        :rtype: list[str]
        """
        if self.reason.offer_kind == "template":
            return []
        if self.reason.offer_kind == "pause":
            return [
                self.env._(
                    "Your contract pauses from %(start)s on and goes on by itself on %(end)s. "
                    "Nothing is billed for the days between.",
                    start=format_date(self.env, self.acts.pause_start),
                    end=format_date(self.env, self._pause_end),
                )
            ]
        return [self._get_discount_text(*group) for group in self._get_groups()]

    def _get_groups(self):
        """Return the lines that cost less by recurrence and days."""
        groups = {}
        for line, cheaper in self._cheaper.items():
            key = (line.recurrence_id, cheaper.span)
            groups[key] = groups.get(key, line.browse()) | line
        return [(recurrence, span, lines) for (recurrence, span), lines in groups.items()]

    def _get_discount_text(self, recurrence, span, lines):
        plans = (lambda line: line._get_whole_plan(), lambda line: self._cheaper[line].segments)
        before, after = (
            self.order._get_line_totals(
                lines, lambda line, plan=plan: self._get_values(line, plan(line)), self._taxes
            )
            for plan in plans
        )
        return self.env._(
            "%(new)s %(per_period)s in place of %(old)s, from %(start)s to %(last)s. Then it is "
            "as before.",
            new=self.order.currency_id.format(after["total"]),
            old=self.order.currency_id.format(before["total"]),
            per_period=recurrence._get_per_text(),
            start=format_date(self.env, span.start),
            last=format_date(self.env, get_last_day(span.end)),
        )

    def _get_values(self, line, segments):
        segment = segment_at(segments, self._cheaper[line].span.start)
        return {
            "quantity": float(segment.quantity),
            "price_unit": float(segment.terms.price),
            "discount": float(segment.terms.discount),
        }

    # ------------------------------------------------------------------
    # Pause
    # ------------------------------------------------------------------

    @property
    def _pause_end(self):
        """First day of service after the pause."""
        return Recurrence(self.reason.offer_unit, self.reason.offer_count).add_to(
            self.acts.pause_start
        )

    # ------------------------------------------------------------------
    # Accept
    # ------------------------------------------------------------------

    def switch_over(self, shown):
        """Let the customer have the other terms that are offered, and stay.

        :param str shown: the figures that were shown
        :return: the amendment, open as long as it waits for its payment
        :rtype: sale.order
        :raise AccessError: the terms do not leave it to the customer
        :raise UserError: it is no longer offered, or is something else by now
        """
        self._claim()
        return self.switch.confirm(self.switch.choice, shown)

    def _claim(self):
        """Refuse what is not offered now.

        :raise AccessError: the terms do not leave it to the customer
        :raise UserError: it is no longer offered
        """
        self.order._subscription_claim()
        self.acts.check("close")
        if not self.is_open:
            raise UserError(self.acts.get_changed_text())

    def accept(self, shown_total):
        """Let the customer have the discount or the pause, and stay.

        :param float shown_total: the total that was shown
        :raise AccessError: the terms do not leave it to the customer
        :raise UserError: it is no longer offered, or is something else by now
        """
        self._claim()
        customers = RetentionOffer(self.acts.for_customer, self.reason)
        preview, texts = customers.preview, customers.get_texts()
        self.acts.check_shown(preview, shown_total)
        days = getattr(self, f"_apply_{self.reason.offer_kind}")()
        self._record(days)
        name, is_pause = self.acts.get_name(), self.reason.offer_kind == "pause"
        self.acts.tell(
            lambda env: self.reason.with_env(env)._get_stayed_text(name),
            "stayed",
            preview if is_pause else None,
            texts,
        )

    def _apply_discount(self):
        """Let the lines cost less; return the first day and the day after the last one."""
        cheaper = self._cheaper
        self.order._replace_segments_of_lines({line: new.segments for line, new in cheaper.items()})
        for line, new in cheaper.items():
            line._store_remainder(new.remainder)
        self.order._hook_on_subscription_changed()
        spans = [new.span for new in cheaper.values()]
        return min(span.start for span in spans), max(span.end for span in spans)

    def _apply_pause(self):
        """Let the contract pause; return the first day and the day after the last one."""
        self.order._subscription_pause(self.acts.pause_start, self._pause_end)
        return self.acts.pause_start, self._pause_end

    def _record(self, days):
        reason = self.reason
        is_discount = reason.offer_kind == "discount"
        self.env["subscription.accepted.offer"]._as_system().create(
            {
                "order_id": self.order.id,
                "reason_id": reason.id,
                "accepted_date": self.today,
                "kind": reason.offer_kind,
                "discount": reason.offer_discount if is_discount else 0.0,
                "count": reason.offer_count,
                "unit": False if is_discount else reason.offer_unit,
                "start_date": days[0],
                "end_date": days[1],
            }
        )
