from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What is sold once stays asked for once when its documents come back or go away."""

    _inherit = "account.move"

    def _hook_on_state_changed(self, before):
        """Look whether what comes back, or is given back no more, is asked for elsewhere."""
        super()._hook_on_state_changed(before)
        freed = self.filtered(lambda move: move.state == "cancel" and move._is_freeing_once())
        back = self.filtered(lambda move: move.state == "draft" and before[move.id] == "cancel")
        back = back.filtered(lambda move: move.move_type == "out_invoice")
        (freed | back).invoice_line_ids._check_requested_once()

    def _is_freeing_once(self):
        """Return whether this is a credit note after which the run bills again what it is about."""
        self.ensure_one()
        return self.move_type == "out_refund" and self.subscription_credit_effect in (
            "again",
            "move",
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _hook_on_lines_removed(self):
        """Look whether what a credit note gave back is asked for elsewhere by now."""
        super()._hook_on_lines_removed()
        freed = self.filtered(lambda line: line.move_id._is_freeing_once())
        freed._check_requested_once(without=freed)

    def _check_requested_once(self, without=()):
        """Refuse that invoices ask for what is sold once a second time.

        A credit note that says *bill again* let the run bill it again; without that credit note
        the customer pays both.

        :param without: lines that are about to go away
        :raise UserError: naming the other invoice
        """
        # sudo: whoever may correct the invoice may do so without rights on the contract
        for line in self.sudo():
            for sold in line.sale_line_ids.filtered(lambda sold: sold._is_billed_once()):
                over = sold._get_requested_too_much(without)
                quantity = line.product_uom_id._compute_quantity(
                    line.quantity, sold.product_uom_id, round=False
                )
                others = (sold.invoice_lines.move_id - line.move_id).filtered(
                    lambda move: move.move_type == "out_invoice" and move.state != "cancel"
                )
                if others and 0 < over <= quantity:
                    other = others.sorted("id")[-1]
                    raise UserError(
                        self.env._(
                            "%(product)s is sold once on %(contract)s, and %(invoice)s asks for it "
                            "as well. Delete or cancel that invoice first, or make a credit note "
                            "of it that says to bill again.",
                            product=sold.product_id.display_name,
                            contract=sold.order_id.name,
                            invoice=other.display_name,
                        )
                    )
