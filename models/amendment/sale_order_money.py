from odoo import models
from odoo.exceptions import ValidationError

from ..billing.tax_totals import TaxTotals
from .amendment_plan import AmendmentPlan, get_amended_items


class SaleOrder(models.Model):
    """Money of amendments: what they ask for, and how what was accepted is billed."""

    _inherit = "sale.order"

    _due_now_fields = (
        "subscription_baseline",
        "subscription_effective_mode",
        "subscription_effective_date",
    )

    # ------------------------------------------------------------------
    # Amounts
    # ------------------------------------------------------------------

    def _get_due_now_base_lines(self):
        """Take the amount due now of an amendment from what its contract then bills."""
        if not self._is_amendment():
            return super()._get_due_now_base_lines()
        return [
            base_line for group in AmendmentPlan(self).get_due_now_groups() for base_line in group
        ]

    def _get_due_now_totals(self):
        """Round the amount due now of an amendment as the documents that follow from it."""
        if not self._is_amendment() or self._is_amount_frozen():
            return super()._get_due_now_totals()
        return TaxTotals(self).get_of_documents(AmendmentPlan(self).get_due_now_groups())

    def _get_due_once(self):
        """Count what an amendment sells once as if its contract sold it already."""
        if self._is_amendment():
            return self._get_preview_one_off_lines(self._get_quote_date())
        return super()._get_due_once()

    def _get_preview_one_off_lines(self, until):
        """Add what the contract still has to bill once to what its amendment sells once."""
        if not self._is_amendment():
            return super()._get_preview_one_off_lines(until)
        if not self._is_open_amendment():
            return []  # they are lines of the contract now
        contract = self._get_amended_contract()
        is_later = self._get_effective_date() > until
        if is_later and not self._is_prepayment_requested():
            return []
        result = self._get_amendment_one_off_lines()
        is_today = until == self._get_quote_date()
        if is_later or not is_today or until < contract._get_subscription_start():
            return result
        return result + contract._get_due_once()

    def _get_amendment_one_off_lines(self):
        """Return what an amendment itself sells once, pairs of a line and its quantity.

        :rtype: list[tuple]
        """
        return super()._get_preview_one_off_lines(self._get_quote_date())

    def _get_due_now_details(self):
        """Explain no amount before the day of a change that is not paid in advance."""
        if (
            self._is_open_amendment()
            and self._is_change_later()
            and not self._is_prepayment_requested()
        ):
            return []
        return super()._get_due_now_details()

    def _has_due_now_amount(self):
        """Ask for what the contract bills because of an amendment, whatever its lines are."""
        return self._is_amendment() or super()._has_due_now_amount()

    def _is_amount_frozen(self):
        """Keep the amount that an amendment was confirmed with."""
        return super()._is_amount_frozen() or (self._is_amendment() and self.state == "sale")

    # ------------------------------------------------------------------
    # What was accepted online is billed first
    # ------------------------------------------------------------------

    def _get_pending_amendments(self):
        """Return confirmed amendments whose accepted amount is still to be billed, oldest first.

        :rtype: sale.order
        """
        # sudo: whoever bills the contract may have no right on the amendment
        return (
            self.sudo()
            .subscription_amendment_ids.filtered("subscription_amendment_pending")
            .sorted("id")
        )

    def _get_items_accepted_for(self, amendment):
        """Return what this contract bills for a confirmed amendment, as its customer accepted.

        :param amendment: the amendment
        :return: a list of :class:`DueItem`
        """
        self.ensure_one()
        segments = {line: line._get_engine_segments() for line in self._get_recurring_lines()}
        return get_amended_items(
            self,
            segments,
            amendment.subscription_changed_line_ids,
            amendment.subscription_effective_date,
            amendment.subscription_quote_date,
        )

    def _get_next_invoice_date(self, line_dates):
        """Bill what a customer accepted online without waiting for the day of the change."""
        day = super()._get_next_invoice_date(line_dates)
        if not self._get_pending_amendments():
            return day
        today = self._subscription_today()
        return min(day or today, today)

    def _get_invoice_group_key(self):
        """Give an amount that was accepted online an invoice of its own."""
        return self.id if self._get_pending_amendments() else super()._get_invoice_group_key()

    def _hook_on_subscription_billed(self, moves):
        """Go on with what fell due since an amendment was accepted."""
        super()._hook_on_subscription_billed(moves)
        for contract in self.filtered(lambda order: order._get_pending_amendments()):
            pending = contract._get_pending_amendments()[:1]
            left = contract._get_items_accepted_for(pending) if contract.state == "sale" else []
            if contract._get_items_without_waiting_credits(left):
                continue  # somebody billed up to another day: what was accepted is still to come
            pending._as_system().subscription_amendment_pending = False
            contract._update_subscription_dates()
            contract._trigger_billing()

    def _get_transactions_to_reconcile(self):
        """Settle an invoice of a contract also with what was paid on its amendments."""
        transactions = super()._get_transactions_to_reconcile()
        # sudo: as in core's method
        amendments = self.sudo().subscription_amendment_ids
        return transactions | amendments.transaction_ids._get_reconcilable()

    def _is_paid_by_invoice(self):
        """Refuse payments of confirmed amendments: their contract's invoices are paid."""
        return super()._is_paid_by_invoice() or any(
            order._is_amendment() and order.state == "sale" for order in self
        )

    def _subscription_store_token(self, token):
        """Keep the payment method that an amendment was paid with on its contract."""
        amendments = self.filtered(lambda order: order._is_amendment())
        contracts = (self - amendments) | amendments.subscription_parent_id
        super(SaleOrder, contracts)._subscription_store_token(token)

    def _check_online_payment(self, kwargs):
        """Refuse to pay an amendment that gives money back.

        :raise ValidationError: as the base, and when there is nothing to pay
        """
        if self._is_open_amendment() and self.amount_total <= 0:
            raise ValidationError(
                self.env._(
                    "%(order)s asks for no money, so there is nothing to pay. Sign it instead.",
                    order=self.name,
                )
            )
        super()._check_online_payment(kwargs)

    def _schedule_payment_decision(self):
        """Ask the salesperson to look at a paid amendment that cannot be confirmed as it is."""
        self.ensure_one()
        self._schedule_activity_once(
            self.env._("A paid amendment waits"),
            self.env._(
                "The customer paid %(order)s, but it cannot be confirmed. %(reason)s",
                order=self.name,
                reason=self._confirmation_error_message(),
            ),
        )

    # ------------------------------------------------------------------
    # Monthly value
    # ------------------------------------------------------------------

    def _subscription_start_lines(self, lines, start):
        """Open no segments of lines that an amendment took off on their first day."""
        # sudo: whoever runs the contract may have no right on the amendment
        amended = self.sudo().subscription_amendment_ids.subscription_changed_line_ids
        super()._subscription_start_lines(lines - amended, start)

    def _hook_on_start_forgotten(self):
        """Let lines that an amendment took off begin again with a contract that never billed."""
        super()._hook_on_start_forgotten()
        self.sudo().subscription_amendment_ids._as_system().subscription_changed_line_ids = False

    def _mirror_segments(self):
        """Let the monthly value follow lines that have begun or ended since."""
        super()._mirror_segments()
        stale = self.order_line.filtered(
            lambda line: (
                line._is_begun_line()
                and bool(line.recurring_monthly) == line._is_out_of_service()
                and (line.recurring_monthly or line.price_subtotal)
            )
        )
        if stale:
            self.env.add_to_compute(stale._fields["recurring_monthly"], stale)
            stale.modified(["recurring_monthly"])
