from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import format_date

from ... import const
from ...engine.money import to_decimal
from ...engine.segment import mrr
from ...tools import get_last_day


class SaleOrderLine(models.Model):
    """What a form shows of a recurring line besides its own values."""

    _inherit = "sale.order.line"

    product_is_recurring = fields.Boolean(related="product_id.is_recurring")
    billed_last_date = fields.Date(
        "Billed Until",
        compute="_compute_billed_last_date",
        help="Last day of service that is billed.",
    )

    @api.depends("recurrence_id.name")
    @api.depends_context(const.SHORT_NAME_KEY)
    def _compute_display_name(self):
        """Leave out order and customer where a list is about one contract only."""
        super()._compute_display_name()
        if self.env.context.get(const.SHORT_NAME_KEY):
            for line in self.filtered("recurrence_id"):
                line.display_name = f"{line.product_id.display_name}, {line.recurrence_id.name}"

    @api.depends("billed_until_date")
    def _compute_billed_last_date(self):
        for line in self:
            end = line.billed_until_date
            line.billed_last_date = get_last_day(end)

    # ------------------------------------------------------------------
    # What a segment of a line is worth per month
    # ------------------------------------------------------------------

    def _get_segment_mrr(self, segment):
        """Return the monthly value of a segment without taxes, as the contract's own MRR has it.

        :param segment: engine segment of this line
        :return: six decimals are kept; 0 for delivered quantities, which nobody knows ahead
        :rtype: float
        """
        self.ensure_one()
        if segment.terms.basis == "delivered":
            return 0.0
        AccountTax, company = self.env["account.tax"], self.company_id
        base_line = self._prepare_base_line_for_taxes_computation(
            quantity=float(segment.quantity),
            price_unit=float(segment.terms.price),
            discount=float(segment.terms.discount),
        )
        AccountTax._add_tax_details_in_base_line(base_line, company)
        AccountTax._round_base_lines_tax_details([base_line], company)
        untaxed = to_decimal(base_line["tax_details"]["total_excluded_currency"])
        terms = replace(segment.terms, price=untaxed, discount=to_decimal(0))
        return float(mrr(replace(segment, quantity=to_decimal(1), terms=terms)))

    def _get_portal_texts(self):
        """Return what a customer should know of a recurring line, below its name. Hook.

        :return: translated texts, the recurrence first; nothing for a line that is sold once
        :rtype: list[str]
        """
        self.ensure_one()
        if not self.is_recurring:
            return []
        texts = [self.recurrence_id.name]
        if self.billed_last_date:
            texts.append(
                self.env._("billed until %(day)s", day=format_date(self.env, self.billed_last_date))
            )
        return texts
