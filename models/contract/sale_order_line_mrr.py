from dataclasses import replace

from odoo import models

from ...engine.money import to_decimal
from ...engine.segment import mrr


class SaleOrderLine(models.Model):
    """What a step of a line is worth per month."""

    _inherit = "sale.order.line"

    def _get_step_mrr(self, step):
        """Return the monthly value of a step without taxes, as the contract's own MRR has it.

        :param step: engine segment of this line
        :return: six decimals are kept; 0 for delivered quantities, which nobody knows ahead
        :rtype: float
        """
        self.ensure_one()
        if step.terms.basis == "delivered":
            return 0.0
        AccountTax, company = self.env["account.tax"], self.company_id
        base_line = self._prepare_base_line_for_taxes_computation(
            quantity=float(step.quantity),
            price_unit=float(step.terms.price),
            discount=float(step.terms.discount),
        )
        AccountTax._add_tax_details_in_base_line(base_line, company)
        AccountTax._round_base_lines_tax_details([base_line], company)
        untaxed = to_decimal(base_line["tax_details"]["total_excluded_currency"])
        terms = replace(step.terms, price=untaxed, discount=to_decimal(0))
        return float(mrr(replace(step, quantity=to_decimal(1), terms=terms)))
