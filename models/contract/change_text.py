from markupsafe import Markup
from odoo import fields
from odoo.tools import format_date, formatLang

from ...engine.change import changed_values, segment_from
from ...engine.segment import segment_at
from ...tools import get_last_day, get_number_text


class ChangeText:
    """What differs between two segments of a line, in words.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_texts(self, line, before, after):
        """Say what differs between two segments of a line, and what that does to a full period.

        :param before, after: engine segments
        :return: translated texts, each with the old and the new value
        :rtype: list[str]
        """
        currency = self.order.currency_id
        texts = []
        if before.quantity != after.quantity:
            texts.append(
                self.env._(
                    "Quantity: %(old)s → %(new)s",
                    old=get_number_text(before.quantity),
                    new=get_number_text(after.quantity),
                )
            )
        if before.terms.price != after.terms.price:
            texts.append(
                self.env._(
                    "Unit price: %(old)s → %(new)s",
                    old=currency._format_unit_price(before.terms.price),
                    new=currency._format_unit_price(after.terms.price),
                )
            )
        if before.terms.discount != after.terms.discount:
            texts.append(
                self.env._(
                    "Discount: %(old)s %% → %(new)s %%",
                    old=get_number_text(before.terms.discount),
                    new=get_number_text(after.terms.discount),
                )
            )
        return texts

    def get_billing_text(self, before, after):
        """Say what differs between two segments of a line besides its values: how it is billed.

        :param before, after: engine segments
        :return: one translated text, False when they are billed alike
        """
        old, new = before.terms, after.terms
        if old.timing != new.timing:
            if new.timing == "advance":
                return self.env._("Billed in advance")
            return self.env._("Billed in arrears")
        if old.grid != new.grid:
            return self.env._("A new period begins, the next ones are counted from this day")
        if old.convention != new.convention:
            return self.env._("Parts of periods are counted in another way")
        return False

    def get_amount_text(self, line, before, after):
        """Return what a full period costs before and after, in words."""
        amounts = [
            formatLang(
                self.env,
                float(segment.terms.amount(segment.quantity, 1)),
                currency_obj=self.order.currency_id,
            )
            for segment in (before, after)
        ]
        return self.env._(
            "Amount %(per_period)s: %(old)s → %(new)s",
            per_period=line.recurrence_id._get_per_text(),
            old=amounts[0],
            new=amounts[1],
        )

    def log_change(self, line, day, old, new, until=None):
        """Say in the chatter what changed, from when until when, and for how much.

        :param old, new: the engine segments before and after
        """
        before = segment_from(old, day)
        day = max(day, before.start)
        after = segment_at(new, day)
        values = {
            "product": line.product_id.display_name,
            "day": format_date(self.env, day),
            "last": until and format_date(self.env, get_last_day(until)),
        }
        if until:
            title = self.env._("%(product)s changes from %(day)s to %(last)s:", **values)
        else:
            title = self.env._("%(product)s changes from %(day)s on:", **values)
        texts = self.get_texts(line, before, after)
        if texts:
            self.post(title, [*texts, self.get_amount_text(line, before, after)])

    def post(self, title, texts):
        """Post a title with a list of texts in the chatter."""
        items = Markup("").join(Markup("<li>%s</li>") % text for text in texts)
        self.order.message_post(body=Markup("%s<ul>%s</ul>") % (title, items))

    def log_segment(self, segment):
        """Say in the chatter what a planned segment changed when its day came."""
        line, start = segment.line_id, segment.start_date
        segments = line._get_engine_segments()
        if not changed_values(segments, start):
            return
        before = segment_at(segments, fields.Date.subtract(start, days=1))
        after = segment_at(segments, start)
        names = {"product": line.product_id.display_name, "day": format_date(self.env, start)}
        amount = self.get_amount_text(line, before, after)
        if before.kind == "trial":
            title = self.env._(
                "The free trial of %(product)s is over, it is billed from %(day)s on:", **names
            )
            self.post(title, [amount])
            return
        title = self.env._("The planned change of %(product)s took effect on %(day)s:", **names)
        self.post(title, [*self.get_texts(line, before, after), amount])
