from odoo import models
from odoo.tools import format_date

from ... import const
from ..preview.preview import Preview
from .quotation_text import QuotationText


class SaleOrder(models.Model):
    """What a customer reads on the page and on the PDF of a quotation or contract."""

    _inherit = "sale.order"

    def _get_due_now_details(self):
        """Return how the amount due now of a quotation comes about, line by line. Hook.

        :return: dicts of product, text, quantity and amount without taxes
        :rtype: list[dict]
        """
        self.ensure_one()
        items = self._get_order_due_items()
        one_off = self._get_preview_one_off_lines(self._get_billing_day())
        document = Preview(self).get_document("", items, one_off=one_off)
        return [line for line in document["lines"] if line["quantity"]]

    def _get_due_now_title(self):
        """Return what stands above the amount of a quotation or contract. Hook."""
        if self.state in ("draft", "sent"):
            if self._is_due_on_first_day():
                day = format_date(self.env, self.subscription_start_date)
                return self.env._("Due on %(day)s", day=day)
            return self.env._("Due now")
        return self.env._("Due at confirmation")

    def _is_due_on_first_day(self):
        """Return whether a quotation asks for nothing before service begins on a later day."""
        start = self.subscription_start_date
        return bool(
            start
            and start > self._subscription_today()
            and not self.require_payment
            and not (self._get_priced_lines() - self._get_recurring_lines())
        )

    def _get_portal_facts(self):
        """Return what a customer should know of the contract at a glance. Hook for feature files.

        :return: pairs of a label and a text
        :rtype: list[tuple[str, str]]
        """
        self.ensure_one()
        is_quotation = self.state in ("draft", "sent")
        facts = []
        if start := self.subscription_start_date:
            facts.append((self.env._("Service from"), format_date(self.env, start)))
        elif is_quotation:
            facts.append((self.env._("Service from"), QuotationText(self).get_start()))
        if last := self.subscription_last_date:
            facts.append((self.env._("Service until"), format_date(self.env, last)))
        if is_quotation or self.subscription_state not in const.RUNNING_STATES:
            return facts
        if text := self._get_next_invoice_text():
            facts.append((self.env._("Next invoice"), text))
        if token := self.sudo().subscription_payment_token_id:  # sudo: customers read no tokens
            facts.append((self.env._("Paid with"), token._get_name_for_visitor()))
        return facts

    def _get_next_invoice_text(self):
        """Return day and amount of the next invoice in words, or False."""
        day = self.subscription_next_invoice_date
        if not day:
            return False
        preview = self._get_next_invoice_preview()
        if preview["error"] or not preview["total"]:
            return format_date(self.env, day)
        return self.env._(
            "%(day)s, %(amount)s",
            day=format_date(self.env, day),
            amount=self.currency_id.format(preview["total"]),
        )
