from odoo import fields, models
from odoo.fields import Command

from ...const import SELDOM


class SaleOrderLine(models.Model):
    """Taxes and analytic distribution that somebody changes on a line of an amendment.

    Everything that is billed from the confirmation on has them; credits keep those of the invoice
    that they undo.
    """

    _inherit = "sale.order.line"

    subscription_base_tax_key = fields.Char(
        "Taxes Before",
        copy=False,
        help="Technical: the taxes that this line of an amendment had when it was made.",
        readonly=True,
        prefetch=SELDOM,
    )
    subscription_base_analytic = fields.Json(
        "Analytic Distribution Before",
        copy=False,
        help="Technical: the analytic distribution that this line of an amendment had when it was "
        "made.",
        readonly=True,
        prefetch=SELDOM,
    )

    def _remember_details(self):
        """Remember taxes and analytic distribution of lines that were just put on an amendment."""
        for line in self.filtered("subscription_parent_line_id"):
            if not line.display_type:
                line._as_system().subscription_base_tax_key = line._get_tax_key(line.tax_ids)
                line._as_system().subscription_base_analytic = line.analytic_distribution or {}

    def _get_amended_details(self):
        """Return the names of what somebody changed here besides quantity, price and discount.

        Taxes that only follow the customer and the law are no change: the contract follows too.

        :rtype: list[str]
        """
        self.ensure_one()
        parent = self.subscription_parent_line_id.sudo()
        if not parent or not self.subscription_base_tax_key:
            return []
        names = []
        is_typed = self._is_tax_manual() or parent._is_tax_manual()
        if is_typed and self._get_tax_key(self.tax_ids) != self.subscription_base_tax_key:
            names.append("tax_ids")
        if (self.analytic_distribution or {}) != (self.subscription_base_analytic or {}):
            names.append("analytic_distribution")
        return names

    def _prepare_amended_details(self):
        """Return values that the line of the contract takes from this line of an amendment.

        :rtype: dict
        """
        values = {}
        names = self._get_amended_details()
        if "tax_ids" in names:
            values["tax_ids"] = [Command.set(self.tax_ids.ids)]
            values["automatic_tax_key"] = self.automatic_tax_key
        if "analytic_distribution" in names:
            values["analytic_distribution"] = self.analytic_distribution
        return values

    def _get_amended_details_texts(self):
        """Return old and new of what :meth:`_get_amended_details` names.

        :rtype: list[str]
        """
        names, texts = self._get_amended_details(), []
        if "tax_ids" in names:
            parent = self.subscription_parent_line_id.sudo()
            # sudo: customers see the texts of an amendment but have no right to read taxes
            none, old, new = self.env._("none"), parent.tax_ids, self.sudo().tax_ids
            texts.append(
                self.env._(
                    "taxes %(old)s → %(new)s",
                    old=", ".join(old.mapped("name")) or none,
                    new=", ".join(new.mapped("name")) or none,
                )
            )
        if "analytic_distribution" in names:
            texts.append(self.env._("another analytic distribution"))
        return texts
