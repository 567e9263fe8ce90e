from odoo import models
from odoo.tools import format_date

from .amendment_text import AmendmentText


class SaleOrder(models.Model):
    """Amendments in words: what changes, from when, for how much."""

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # Previews and the customer's page
    # ------------------------------------------------------------------

    def _get_next_invoice_preview(self):
        """Say of an amendment what its contract bills or gives back for it."""
        is_later = self._is_open_amendment() and self._is_change_later()
        if is_later and not self._is_prepayment_requested():
            return AmendmentText(self).get_later_preview()
        preview = super()._get_next_invoice_preview()
        if self._is_open_amendment():
            preview["headline"] = self.env._(
                "If confirmed today, %(contract)s bills for it on %(day)s:",
                contract=self._get_amended_contract().name,
                day=format_date(
                    self.env, max(self._get_effective_date(), self._subscription_today())
                ),
            )
            AmendmentText(self).explain_preview(preview)
        return preview

    def _get_amendment_reasons(self):
        """Return what this amendment changes and when that is due, for the pages that show it."""
        return AmendmentText(self).get_reasons()

    def _get_due_now_title(self):
        """Say when the amount of an amendment falls due, and whether it is a credit."""
        if not self._is_open_amendment():
            return super()._get_due_now_title()
        day = self._get_effective_date()
        if self.amount_total < 0 and self._get_amended_contract()._is_credit_offset():
            return self.env._("Taken off your next invoice")
        if self.amount_total < 0:
            return self.env._("Given back")
        if self._is_change_later() and self.amount_total:
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

    def _get_one_off_rows(self):
        """Say when an amendment bills what it sells once, where that is not now."""
        rows = super()._get_one_off_rows()
        if (
            self._is_open_amendment()
            and self._is_change_later()
            and not self._is_prepayment_requested()
        ):
            day = format_date(self.env, self._get_effective_date())
            rows[0]["label"] = self.env._("Sold once, billed on %(day)s", day=day)
        return rows
