"""What an amendment leaves alone where the terms bill whole periods only, in words."""

from odoo.tools import format_date

from ...engine.errors import EngineError
from ...engine.segment import segment_at
from ...tools import get_last_day
from ..preview.change_preview import get_waiting_texts


def get_whole_period_texts(plan):
    """Say what is neither given back nor charged of a period that is billed without proration.

    Without these sentences the documents of a switch would look as if something were missing.

    :param AmendmentPlan plan: what the amendment would do
    :return: translated sentences, none where days are prorated
    :rtype: list[str]
    """
    try:
        segments = plan.get_segments()
    except EngineError:
        return []  # the confirmation says what is wrong
    day, env, kept, texts = plan.order._get_effective_date(), plan.env, {}, []
    waiting = []
    for line in plan.get_touched_lines(segments):
        before, after = (
            segment_at(part, day) for part in (line._get_engine_segments(), segments[line])
        )
        convention = (before or after).terms.convention if before or after else None
        if convention != "none":
            continue
        until = line.billed_until_date
        if before and not after and until and until > day:
            kept.setdefault(until, []).append(line.product_id.display_name)
        elif after and after.terms.grid.period_at(day).start < day:
            waiting.append(after.terms.grid.period_at(day).end)
    for until, products in sorted(kept.items()):
        texts.append(
            env._(
                "%(products)s: billed until %(day)s. Nothing of that is given back, because only "
                "whole periods are charged.",
                products=", ".join(dict.fromkeys(products)),
                day=format_date(env, get_last_day(until)),
            )
        )
    if waiting:
        texts += get_waiting_texts(env, max(waiting))
    return texts
