from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices that are charged before they are due, because somebody asks for it."""

    _inherit = "account.move"

    subscription_can_charge_early = fields.Boolean(
        "Can Be Charged Early",
        compute="_compute_subscription_can_charge_early",
        help="This invoice is not due yet and its contract has a saved payment method.",
    )

    @api.depends("state", "payment_state", "invoice_date_due", "transaction_ids.state")
    def _compute_subscription_can_charge_early(self):
        for move in self:
            move.subscription_can_charge_early = bool(
                move.move_type == "out_invoice"
                and move.state == "posted"
                and move.payment_state in ("not_paid", "partial")
                and move.invoice_date_due
                and move._get_payment_due_date() > move.company_id._subscription_today()
                and move._get_subscription_token()
                and not move._get_open_charges()
            )

    def action_subscription_charge_early(self):
        """Charge these open invoices now, before they are due.

        :raise UserError: one of them is paid, or has no saved payment method
        """
        self.check_access("write")
        for move in self:
            unpaid = move.state == "posted" and move.payment_state in ("not_paid", "partial")
            if not unpaid or not move._get_subscription_token():
                raise UserError(
                    self.env._(
                        "%(invoice)s cannot be charged: it is not open, or its contract has no "
                        "saved payment method.",
                        invoice=move.display_name,
                    )
                )
        self._as_system().subscription_charge_early = True
        return self.action_subscription_charge()
