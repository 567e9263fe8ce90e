from odoo import models
from odoo.exceptions import UserError

from .sale_order_line import MIRRORED_FIELDS

# What was agreed about a running line besides: only who runs contracts may write it.
AGREED_FIELDS = {
    *MIRRORED_FIELDS,
    "product_id",
    "recurrence_id",
    "product_uom_id",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    """Lines stay on their order once it runs, and forms say nothing of their links."""

    _inherit = "sale.order.line"

    def _get_agreed_fields(self):
        """Return the names of what was agreed about a running line. Hook of later rooms.

        :rtype: set
        """
        return AGREED_FIELDS

    def _check_agreed_write(self, vals):
        """Let only people who run contracts write what was agreed about running lines.

        :param dict vals: what somebody writes on these running lines
        :raise AccessError: no subscription user
        """
        if self and vals.keys() & self._get_agreed_fields():
            self.order_id._check_subscription_operator()

    def _check_moved_line(self, vals):
        """Refuse to take lines out of contracts that run, or to put them on those.

        :param dict vals: what is written on these lines
        :raise UserError: one of the contracts runs
        :raise AccessError: no right to write the other order
        """
        if "order_id" not in vals:
            return
        target = self.env["sale.order"].browse(vals["order_id"])
        target.check_access("write")
        moved = self.filtered(lambda line: line.order_id != target)
        # sudo: whoever may write the orders is told so without rights on their segments
        for order in (moved.order_id | target).sudo() if moved else ():
            if order._is_subscription_started():
                raise UserError(
                    self.env._(
                        "%(order)s runs, so lines cannot move from or to it. Make an amendment.",
                        order=order.name,
                    )
                )

    def onchange(self, values, field_names, fields_spec):
        """Look at links as they are stored, not as the caller of a form names them."""
        kept = self._drop_derived_values(values)
        names = [name for name in field_names if name in kept or name not in values]
        clean = self._without_derived_defaults()
        return super(SaleOrderLine, clean).onchange(kept, names, fields_spec)
