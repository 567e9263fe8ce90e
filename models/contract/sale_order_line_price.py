from odoo import api, models


class SaleOrderLine(models.Model):
    """Price of a recurring line while it is a quotation; a running line keeps what was agreed."""

    _inherit = "sale.order.line"

    def _get_pricelist_kwargs(self):
        """Ask pricelists for the price of one period."""
        kwargs = super()._get_pricelist_kwargs()
        if self.recurrence_id and not self.display_type:
            kwargs["recurrence"] = self.recurrence_id
            kwargs["recurring_pricelist"] = self.order_id.pricelist_id
        return kwargs

    @api.depends("recurrence_id")
    def _compute_price_unit(self):
        """Follow the recurrence, never on a running line.

        Core leaves a price that somebody typed alone: it differs from ``technical_price_unit``.
        """
        super(SaleOrderLine, self - self._get_running_lines())._compute_price_unit()

    def _compute_discount(self):
        """Leave the discount of running lines alone.

        It does not follow the recurrence either: a rule's percentage is the same for every
        period, and a discount that somebody typed must survive a change of terms. For the same
        reason amendments and renewals keep the discount of their contract.
        """
        agreed = self._get_running_lines() | self.filtered(
            lambda line: line.subscription_parent_line_id or line.subscription_replaced_line_id
        )
        super(SaleOrderLine, self - agreed)._compute_discount()

    def _get_running_lines(self):
        """:return: the lines whose terms live in their steps"""
        # sudo: a customer who looks at a contract has no right to read its steps
        return self.filtered(lambda line: line.sudo()._is_running_line())

    def _has_agreed_discount(self, day):
        """Tell whether a line has a discount of its own, in the place of a pricelist's.

        :param date day: limited discounts that end after it do not count
        """
        steps = [
            step
            for step in self._get_engine_steps()
            if step.stop > day and step.kind not in ("trial", "limited")
        ]
        return bool(steps and steps[0].terms.discount)
