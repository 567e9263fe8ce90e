from odoo.tools import formatLang


class ChangeText:
    """What differs between two steps of a line, in words.

    :param order: one `sale.order`
    """

    def __init__(self, order):
        order.ensure_one()
        self.order = order
        self.env = order.env

    def get_texts(self, line, before, after):
        """Say what differs between two steps of a line, and what that does to a full period.

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
                    old=f"{float(before.quantity):.15g}",
                    new=f"{float(after.quantity):.15g}",
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
                    old=f"{float(before.terms.discount):.15g}",
                    new=f"{float(after.terms.discount):.15g}",
                )
            )
        return texts

    def get_terms_text(self, before, after):
        """Say what differs between two steps of a line besides its values: how it is billed.

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
                float(step.terms.amount(step.quantity, 1)),
                currency_obj=self.order.currency_id,
            )
            for step in (before, after)
        ]
        return self.env._(
            "Amount %(per_period)s: %(old)s → %(new)s",
            per_period=line.recurrence_id._get_per_text(),
            old=amounts[0],
            new=amounts[1],
        )
