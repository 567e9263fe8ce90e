from markupsafe import Markup, escape
from odoo import models
from odoo.tools import format_date, formatLang


class SaleOrder(models.Model):
    """Amendments in words: what changes, from when, for how much."""

    _inherit = "sale.order"

    def _get_amendment_texts(self):
        """Return what this amendment changes on its contract, one sentence per line.

        :rtype: list[str]
        """
        self.ensure_one()
        contract = self._get_amended_contract()
        targets = self._get_target_lines()
        texts = []
        if self._is_template_switched():
            texts.append(
                self.env._(
                    "Terms: %(old)s → %(new)s",
                    old=contract._get_subscription_terms().name,
                    new=self._get_subscription_terms().name,
                )
            )
        for key in self.subscription_baseline or {}:
            line = contract.order_line.filtered(lambda line, key=key: str(line.id) == key)
            text = line and self._get_amended_line_text(line, targets.get(line))
            texts += [text] if text else []
        for line in self._get_added_lines().filtered("product_uom_qty"):
            if not line.subscription_parent_line_id:
                texts.append(self._get_added_line_text(line))
        return texts

    def _get_amended_line_text(self, line, target):
        """Say what happens to a line of the contract.

        :param line: line of the contract
        :param target: line of this amendment that goes on with it, None when it was taken off
        :return: one sentence, False when nothing changes
        """
        product = line.product_id.display_name
        if not target or target._is_taken_off():
            return self.env._("%(product)s ends.", product=product)
        changes = self._get_value_texts(target)
        if target._is_switched():
            return self.env._(
                "%(product)s (%(old)s) becomes %(new)s",
                product=product,
                old=line.recurrence_id.name,
                new=self._get_line_text(target),
            )
        if not changes:
            return False
        return self.env._("%(product)s: %(changes)s", product=product, changes=", ".join(changes))

    def _get_value_texts(self, target):
        """:return: old and new of each value that a line of this amendment sets"""
        values = target._get_amended_values()
        texts = []
        if "quantity" in values:
            texts.append(
                self.env._(
                    "quantity %(old)s → %(new)s",
                    old=f"{target.subscription_base_quantity:.15g}",
                    new=f"{target.product_uom_qty:.15g}",
                )
            )
        if "price" in values:
            texts.append(
                self.env._(
                    "unit price %(old)s → %(new)s",
                    old=self._format_amount(target.subscription_base_price),
                    new=self._format_amount(target.price_unit),
                )
            )
        if "discount" in values:
            texts.append(
                self.env._(
                    "discount %(old)s %% → %(new)s %%",
                    old=f"{target.subscription_base_discount:.15g}",
                    new=f"{target.discount:.15g}",
                )
            )
        return texts + target._get_amended_details_texts()

    def _get_added_line_text(self, line):
        """:return: one sentence about a line that this amendment adds"""
        return self.env._("%(line)s is added.", line=self._get_line_text(line))

    def _get_line_text(self, line):
        """:return: quantity, product and price of a line of this amendment"""
        values = {
            "quantity": f"{line.product_uom_qty:.15g}",
            "product": line.product_id.display_name,
            "price": self._format_amount(line.price_subtotal),
        }
        if not line.is_recurring:
            return self.env._("%(product)s (%(quantity)s), %(price)s once", **values)
        return self.env._(
            "%(product)s (%(quantity)s), %(price)s %(per_period)s",
            per_period=line.recurrence_id._get_per_text(),
            **values,
        )

    def _format_amount(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _get_amendment_note(self, due):
        """Return what the chatter of the contract says of this amendment, before it is applied.

        :param float due: what is billed or given back as soon as it is confirmed
        :rtype: markupsafe.Markup
        """
        self.ensure_one()
        contract = self._get_amended_contract()
        values = {
            "amendment": self._get_html_link(),
            "author": self.signed_by or self.env.user.name,
            "day": format_date(self.env, self._get_effective_date()),
        }
        title = self.env._(
            "%(amendment)s, confirmed by %(author)s, changes this contract from %(day)s on:",
            **values,
        )
        items = Markup("").join(
            Markup("<li>%s</li>") % text for text in self._get_amendment_texts()
        )
        money = self.env._(
            "Due for it: %(due)s. Each month: %(old)s → %(new)s without taxes.",
            due=self._format_amount(due),
            old=self._format_amount(contract.subscription_mrr),
            new=self._format_amount(sum(self.order_line.mapped("recurring_monthly"))),
        )
        if self._is_change_ahead() and not due:
            money = f"{self._get_difference_text() or ''} {money}".strip()
        return Markup("%s<ul>%s</ul>%s") % (escape(title), items, money)

    # ------------------------------------------------------------------
    # Previews and the customer's page
    # ------------------------------------------------------------------

    def _get_next_invoice_preview(self):
        """Say of an amendment what its contract bills or gives back for it."""
        is_later = self._is_open_amendment() and self._is_change_ahead()
        if is_later and not self._is_asked_ahead():
            return self._get_later_preview()
        preview = super()._get_next_invoice_preview()
        if self._is_open_amendment():
            preview["headline"] = self.env._(
                "If confirmed today, %(contract)s bills for it on %(day)s:",
                contract=self._get_amended_contract().name,
                day=format_date(
                    self.env, max(self._get_effective_date(), self._subscription_today())
                ),
            )
            self._explain_amendment_preview(preview)
        return preview

    def _explain_amendment_preview(self, preview):
        """Add to a preview what this amendment changes, and what is due of that when.

        :param dict preview: see `sale_order_preview`; changed in place
        """
        preview["later"] = self._get_later_text()
        preview["reasons"] = self._get_amendment_reasons(preview["later"])

    def _get_amendment_reasons(self, later=None):
        """Return what this amendment changes and when that is due.

        :param later: as of :meth:`_get_later_text`, None to ask for it
        :rtype: list[str]
        """
        later = self._get_later_text() if later is None else later
        return self._get_amendment_texts() + ([later] if later else [])

    def _get_due_now_title(self):
        """Say when the amount of an amendment falls due, and whether it is a credit."""
        if not self._is_open_amendment():
            return super()._get_due_now_title()
        day = self._get_effective_date()
        if self.amount_total < 0 and self._get_amended_contract()._is_credit_offset():
            return self.env._("Taken off your next invoice")
        if self.amount_total < 0:
            return self.env._("Given back")
        if self._is_change_ahead() and self.amount_total:
            return self.env._("Due now, in advance of %(day)s", day=format_date(self.env, day))
        return super()._get_due_now_title()

    def _get_portal_facts(self):
        """Tell the customer which contract an amendment changes, from when on."""
        if not self._is_amendment():
            return super()._get_portal_facts()
        return [
            (self.env._("Changes contract"), self._get_amended_contract().name),
            (self.env._("Holds from"), format_date(self.env, self._get_effective_date())),
        ]
