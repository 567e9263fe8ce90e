from markupsafe import Markup
from odoo import models
from odoo.exceptions import UserError

from ..billing.tax_totals import TaxTotals
from .amendment_application import AmendmentApplication
from .amendment_plan import AmendmentPlan
from .amendment_text import AmendmentText


class SaleOrder(models.Model):
    """Confirmation of amendments: the contract changes, the paper is filed."""

    _inherit = "sale.order"

    # ------------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------------

    def _get_subscription_error_message(self):
        """Refuse amendments that no longer fit their contract, before anybody signs or pays."""
        if self._is_amendment():
            message = AmendmentText(self).get_error_message()
            if message:
                return message
        elif self.subscription_order_type == "amendment":
            return self.env._(
                "The contract that %(order)s amends no longer exists. Make a new quotation "
                "instead.",
                order=self.name,
            )
        return super()._get_subscription_error_message()

    # ------------------------------------------------------------------
    # Confirm
    # ------------------------------------------------------------------

    def action_confirm(self):
        """Let amendments change their contracts.

        They never reach ``_action_confirm``, where deliveries and projects would be made twice.
        """
        amendments = self.filtered(lambda order: order._is_amendment())
        for amendment in amendments:
            amendment._confirm_amendment()
        return super(SaleOrder, self - amendments).action_confirm() if self - amendments else True

    def _confirm_amendment(self):
        """Apply one amendment to its contract.

        :raise UserError: the amendment does not fit the contract
        """
        self.ensure_one()
        contract = self.subscription_parent_id
        contract._check_subscription_operator()
        contract._subscription_claim()
        if message := self._confirmation_error_message():
            raise UserError(message)
        self.order_line._validate_analytic_distribution()
        day = self._get_effective_date()
        is_accepted = self._is_amount_accepted(day)
        totals = self._get_due_now_totals()
        if self._is_change_later() and not is_accepted:
            totals = TaxTotals(self).get_of_documents([])  # it is billed on its day
        values = {
            **self._prepare_confirmation_values(),
            "subscription_effective_date": day,
            "subscription_quote_date": self._get_quote_date(),
            "subscription_frozen_totals": totals,
            "subscription_amendment_pending": is_accepted,
            "locked": True,
        }
        plans = AmendmentPlan(self).get_plans()
        due = totals["total_amount_currency"]
        note, told = AmendmentText(self).get_note(due), AmendmentText(self).get_post_values(due)
        # The totals are frozen first: on the changed contract the same lines would count again.
        self._as_system().write(values)
        AmendmentApplication(self).apply(contract, plans)
        contract._after_operation(None)
        contract.message_post(**told)
        self.message_post(body=note)
        self.order_line._hook_on_amendment_confirmed(contract)
        contract._cancel_open_amendments(
            self.env._("%(amendment)s was confirmed instead.", amendment=self.name)
        )
        if self.env.context.get("send_email") and not self.subscription_customer_choice:
            self._send_order_confirmation_mail()

    def _is_amount_accepted(self, day):
        """Return whether the contract must bill exactly the amount of this amendment next.

        A payment bills ahead of the change; a signature alone does not.

        :param date day: first day of the change
        :rtype: bool
        """
        self.ensure_one()
        if day <= self._get_quote_date():
            return self.subscription_quote_frozen
        # sudo: salesmen have no right to read transactions
        return bool(self.sudo().transaction_ids._get_reconcilable())

    # ------------------------------------------------------------------
    # Alternatives
    # ------------------------------------------------------------------

    def _cancel_open_amendments(self, reason):
        """Cancel the amendments of these contracts that were not confirmed.

        :param str reason: why, one translated sentence
        """
        # sudo: whoever changes the contract may have no right on a colleague's quotation
        amendments = self.sudo().subscription_amendment_ids.filtered(
            lambda order: order._is_open_amendment()
        )
        for amendment in amendments:
            if amendment.amount_paid:
                amendment.subscription_parent_id._schedule_activity_once(
                    self.env._("A cancelled amendment was paid"),
                    self.env._(
                        "%(amendment)s was paid and cannot be confirmed any more. Its payment goes "
                        "to the next invoice of the contract, unless you refund it.",
                        amendment=amendment.name,
                    ),
                )
            amendment._action_cancel()
            amendment.message_post(
                body=self.env._("This amendment was cancelled. %(reason)s", reason=reason)
            )
        for contract, members in amendments.grouped("subscription_parent_id").items():
            links = Markup(", ").join(member._get_html_link() for member in members)
            contract.message_post(
                body=self.env._(
                    "Cancelled: %(amendments)s. %(reason)s", amendments=links, reason=reason
                )
            )

    def _hook_on_subscription_close(self):
        """Cancel what was still offered on a contract that ends."""
        super()._hook_on_subscription_close()
        self._cancel_open_amendments(self.env._("Its contract was closed."))

    def _hook_on_subscription_state(self, old, new):
        """Cancel what was still offered on a contract that has ended."""
        super()._hook_on_subscription_state(old, new)
        if new in ("closed", "renewed"):
            self._cancel_open_amendments(self.env._("Its contract has ended."))

    def action_cancel(self):
        """Refuse to cancel amendments that are part of a contract.

        :raise UserError: naming the amendment
        """
        for order in self.filtered(lambda order: order._is_amendment() and order.state == "sale"):
            raise UserError(
                self.env._(
                    "%(order)s has changed its contract already. Make another amendment to take "
                    "that back.",
                    order=order.name,
                )
            )
        return super().action_cancel()
