from odoo import api, fields, models

from .. import const


class AccountMoveReversal(models.TransientModel):
    """Ask what a credit note means for the periods that its invoice bills."""

    _inherit = "account.move.reversal"

    # Core's default is the day of whoever opens the dialog.
    date = fields.Date(compute="_compute_date", store=True, readonly=False, default=None)
    subscription_has_periods = fields.Boolean(
        "Bills Contract Periods", compute="_compute_subscription_has_periods"
    )
    subscription_credit_effect = fields.Selection(
        [
            ("adjust", "Price adjustment: the days stay billed"),
            ("waive", "Period not wanted: the days are free and never billed again"),
            ("again", "Bill again: the next billing run bills the days anew"),
        ],
        "Billed Periods",
        default="adjust",
        required=True,
        help="What the credit note means for the contract. A corrected invoice always takes the "
        "periods over.",
    )

    @api.depends("move_ids")
    def _compute_subscription_has_periods(self):
        for wizard in self:
            # sudo: whoever may reverse the invoice may do so without seeing the contract
            lines = wizard.move_ids._origin.sudo().invoice_line_ids
            orders = lines.sale_line_ids.order_id
            wizard.subscription_has_periods = bool(
                lines.subscription_billed_period_ids or orders.filtered("is_subscription")
            )

    @api.depends("move_ids")
    def _compute_date(self):
        """Offer the day of the company for invoices of contracts."""
        for wizard in self:
            moves = wizard.move_ids._origin
            if wizard.subscription_has_periods and len(moves.company_id) == 1:
                wizard.date = moves.company_id._subscription_today()
            else:
                wizard.date = fields.Date.context_today(wizard)

    def reverse_moves(self, is_modify=False):
        """Carry the choice to the credit notes; a corrected invoice takes the periods over."""
        effect = "move" if is_modify else self.subscription_credit_effect
        wizard, companies = self, self.move_ids.company_id
        if self.subscription_has_periods and len(companies) == 1:
            # Core posts what is of a later day than today on that day, and until then cancels
            # nothing.
            wizard = companies._at_company_time(self)
        wizard = wizard.with_context(
            **const.sealed(const.CREDIT_EFFECT_KEY, effect), **const.sealed(const.SYSTEM_KEY)
        )
        action = super(AccountMoveReversal, wizard).reverse_moves(is_modify=is_modify)
        if is_modify:
            self.new_move_ids._move_subscription_rows()
        return action
