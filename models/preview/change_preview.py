from odoo.tools import format_date

from ...engine.change import segment_from
from ...engine.period import FOREVER
from ...engine.segment import segment_at
from ...tools import get_last_day
from ..contract.change_text import ChangeText
from ..contract.sale_order_line import MIRRORED_FIELDS
from .dry_run import DryRun
from .preview import Preview
from .tried import Tried


def get_waiting_texts(env, day=None):
    """Say from when on a change is charged where only whole periods are.

    :param date day: first day of the next period, None when the change begins one
    :rtype: list[str]
    """
    texts = [env._("Only whole periods are charged: the next one that begins is the first.")]
    if day:
        last = format_date(env, get_last_day(day))
        texts.append(
            env._(
                "Until %(day)s everything costs what it did before, also where more is used.",
                day=last,
            )
        )
    return texts


class ChangePreview(Preview):
    """What a change of one line would charge and credit; nothing here writes anything."""

    def for_change(self, line, day, values, until=None):
        """Return what a change of a running line does on its first day, and to each period.

        :param dict values: as made by `sale.order._prepare_change_values`
        :param date until: first day on which what was agreed before comes back, None for good
        :return: a preview, see :class:`Preview`
        :rtype: dict
        """
        return self.or_reason(lambda: self._get_change(line, day, values, until))

    def get_typed_texts(self, typed_lines):
        """Return what saving a form would do to the contract, one sentence per changed line.

        :param typed_lines: the lines as somebody typed them, not saved yet
        :rtype: list[str]
        """
        texts, today = [], self.order._subscription_today()
        for typed in typed_lines.filtered(lambda line: line._origin._is_begun_line()):
            line = typed._origin
            typed_values = {word: typed[name] for name, word in MIRRORED_FIELDS.items()}
            if not any(line._differs(word, value) for word, value in typed_values.items()):
                continue
            values = self.order._prepare_change_values(**typed_values)
            preview = self.for_change(line, today, values)
            amount = self.order.currency_id.format(preview["total"])
            texts.append(
                preview["error"]
                or self.env._(
                    "%(product)s changes from today on when you save: %(amount)s, taxes included.",
                    product=line.product_id.display_name,
                    amount=f"+{amount}" if preview["total"] > 0 else amount,
                )
            )
        return texts

    def _get_change(self, line, day, values, until):
        today = self.order._subscription_today()
        old = self.order._get_segments_to_change(line)
        new = self.order._get_changed_segments(line, day, values, until)
        day = max(day, segment_from(old, day).start)
        items = self._get_items(line, new, day, today)
        preview = self.for_operation(items)
        preview["headline"] = self._get_change_headline(day, today, items)
        preview["reasons"] = self._get_change_reasons(line, old, new, until)
        return preview

    def _get_items(self, line, segments, day, today):
        """Return what falls due of a changed line: now, or on the first day of a later change.

        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        items = DryRun(self.order, Tried(segments={line: segments})).get_items(max(day, today))
        return [due for due in items if due.line == line and (day <= today or due.item.on >= day)]

    def _get_change_headline(self, day, today, items):
        """Return one sentence that says when the amounts below are due."""
        if day <= today:
            if items:
                return self.env._("Now:")
            return self.env._("Nothing is charged or credited now.")
        text = format_date(self.env, day)
        if items:
            return self.env._("Nothing now. On %(day)s:", day=text)
        return self.env._("Nothing is charged or credited, neither now nor on %(day)s.", day=text)

    def _get_change_reasons(self, line, old, new, until):
        """Say what full periods cost before and after each segment that the change makes.

        :param old, new: engine segments before and after
        :rtype: list[str]
        """
        reasons, changed = [], []
        for segment in new:
            before = segment_at(old, segment.start)
            if before is None or segment in old or self._has_same_amount(before, segment):
                continue
            changed.append(segment)
            texts = ", ".join(
                [
                    *ChangeText(self.order).get_texts(line, before, segment),
                    ChangeText(self.order).get_amount_text(line, before, segment),
                ]
            )
            reasons.append(
                self.env._(
                    "From %(day)s on: %(texts)s.",
                    day=format_date(self.env, segment.start),
                    texts=texts,
                )
            )
        reasons += self._get_waiting_reasons(new, changed)
        if until and until < FOREVER:
            reasons.append(
                self.env._(
                    "From %(day)s on, what was agreed before comes back.",
                    day=format_date(self.env, until),
                )
            )
        return reasons

    def _get_waiting_reasons(self, new, changed):
        """Say from when on a change is charged where only whole periods are.

        :param new: engine segments after the change
        :param changed: those of them that cost something else than before
        """
        if new[-1].terms.convention != "none":
            return []
        first = changed[0] if changed else new[-1]
        period = first.terms.grid.period_at(first.start)
        return get_waiting_texts(self.env, period.end if period.start < first.start else None)

    def _has_same_amount(self, before, after):
        """Return whether two segments ask for the same, so that there is nothing to tell."""
        return (before.quantity, before.terms) == (after.quantity, after.terms)
