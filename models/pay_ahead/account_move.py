from odoo import api, fields, models
from odoo.fields import Domain

from ... import const


class AccountMove(models.Model):
    """Invoices of periods that were billed before they began."""

    _inherit = "account.move"

    subscription_prepayment_date = fields.Date(
        "Billed Before",
        copy=False,
        readonly=True,
        help="First day of the period that somebody wanted to bill or pay before it began.",
    )
    subscription_pay_first = fields.Boolean(
        "Given Up If Unpaid",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="A customer began to pay the next period. This draft becomes an invoice when the "
        "money is in; if the customer walks away, the period is billed on its own day.",
    )

    def _waits_for_payment(self):
        """Make no invoice of a period that a customer wants to pay ahead before it is paid."""
        is_requested = self.subscription_pay_first and self.move_type == "out_invoice"
        return super()._waits_for_payment() or bool(is_requested and self.amount_total)

    def _hook_on_drafts_made(self):
        """Ask nobody for a period that its customer pays right now, others by its first day."""
        asked = self.filtered(lambda move: not move.subscription_pay_first)
        for move in asked.filtered(lambda move: move._waits_for_payment()):
            move._as_system().subscription_requested_date = (
                move.subscription_requested_date or move.subscription_prepayment_date
            )
        super(AccountMove, asked)._hook_on_drafts_made()

    def _is_abandoned_when_unpaid(self):
        """Give up what a customer began to pay ahead and left."""
        is_left = self.state == "draft" and self.subscription_pay_first
        return is_left or super()._is_abandoned_when_unpaid()

    @api.model
    def _get_draft_charge_domain(self, today):
        """Charge no period that its customer pays right now."""
        others = Domain("subscription_pay_first", "=", False)
        return super()._get_draft_charge_domain(today) & others

    def _is_given_up_when_declined(self):
        """Return whether this is a draft of a period that begins later, and billed again then."""
        self.ensure_one()
        day = self.subscription_prepayment_date
        return self._is_abandoned_when_unpaid() or (
            self.state == "draft" and day and day > self.company_id._subscription_today()
        )

    def _get_live_payments(self):
        """Return payments of these documents that may still take the money, or have taken it."""
        # sudo: neither customers nor invoicing clerks have a right to read transactions
        return self.sudo().transaction_ids.filtered(
            lambda tx: (
                tx.operation not in ("refund", "validation")
                and (
                    tx.state in ("pending", "authorized", "done")
                    # the provider is being asked, or did not answer
                    or (tx.state == "draft" and tx.subscription_invoice_id)
                )
            )
        )

    def _get_charge_failed_text(self, reason):
        """Say of a next period that it is billed again when it begins."""
        if not self._is_given_up_when_declined():
            return super()._get_charge_failed_text(reason)
        return self.env._(
            "The next period (%(amount)s) could not be charged in advance: %(reason)s It is billed "
            "on its first day, as usual.",
            amount=self.currency_id.format(self._get_amount_to_charge()),
            reason=reason,
        )

    # ------------------------------------------------------------------
    # Given up
    # ------------------------------------------------------------------

    def _give_up_prepayment(self):
        """Delete drafts of next periods that nobody paid; each is billed again on its own day."""
        for draft in self:
            orders = draft._get_draft_contracts()
            orders._subscription_claim()
            amount = draft.currency_id.format(draft.amount_total)
            draft.sudo().transaction_ids._as_system().subscription_prepayment_order_id = orders[:1]
            # sudo: whoever is asked about a decline is asked about the contract from now on
            asked = self.env["mail.activity"].sudo()
            asked = asked.search([("subscription_move_id", "=", draft.id)])
            asked.write({"subscription_move_id": False, "subscription_matter": False})
            # force_delete: these drafts never had a number that could leave a gap.
            draft.sudo().with_context(force_delete=True).unlink()
            text = self.env._(
                "The next period (%(amount)s) was not paid in advance. It is billed on its first "
                "day, as usual.",
                amount=amount,
            )
            orders._message_log_batch({order.id: text for order in orders})

    @api.model
    def _give_up_abandoned(self):
        """Give up the drafts of customers who began to pay the next period and left."""
        limit = fields.Datetime.now() - const.FORM_HELD_FOR
        # sudo: the run serves every company, whoever started it
        drafts = self.sudo().search(
            [
                ("subscription_pay_first", "=", True),
                ("state", "=", "draft"),
                ("create_date", "<", limit),
            ]
        )
        left = drafts.filtered(
            lambda draft: (
                not draft._get_live_payments()
                and all(tx.last_state_change < limit for tx in draft.transaction_ids)
            )
        )
        left.try_lock_for_update(allow_referencing=True)._give_up_prepayment()
