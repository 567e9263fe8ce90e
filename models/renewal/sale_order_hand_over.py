from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import const
from .sale_order_quotation import get_renewed_twice_text


class SaleOrder(models.Model):
    """A confirmed renewal takes over: the contract before ends on its first day."""

    _inherit = "sale.order"

    def _get_subscription_error_message(self):
        """Refuse a renewal that would not begin where its contract ends."""
        contract = self._get_renewed_contract()
        return (contract and self._get_renewal_error(contract)) or (
            super()._get_subscription_error_message()
        )

    def _prepare_agreement_values(self, start):
        """Let the minimum commitment of a chain begin once, not again with each renewal."""
        values = super()._prepare_agreement_values(start)
        contract = self._get_renewed_contract()
        if contract and not self.subscription_commitment_end_date:
            # sudo: a customer who signs has no right to read the contract before
            agreed = contract.sudo().subscription_commitment_end_date
            values["subscription_commitment_end_date"] = agreed
        return values

    def _get_renewal_error(self, contract):
        """Return why this quotation cannot go on with a contract, or False.

        :param contract: the contract to go on with, a `sale.order` record
        """
        # sudo: a customer who signs has no right to read the contract before
        contract = contract.sudo()
        other = contract._get_confirmed_renewal() - self
        if other:
            return get_renewed_twice_text(contract, other)
        start, end = self._get_subscription_start(), contract.subscription_end_date
        names = {"renewal": self.name, "order": contract.name}
        if contract.state != "sale" or contract.subscription_state == "draft":
            return self.env._("%(order)s was cancelled, so %(renewal)s cannot renew it.", **names)
        if start < contract.subscription_start_date:
            return self.env._(
                "%(renewal)s would begin before %(order)s. Choose a later start date.", **names
            )
        if end and end < start:
            return self.env._(
                "%(order)s ends before %(renewal)s would begin. Set its start date to %(day)s.",
                day=format_date(self.env, end),
                **names,
            )
        return False

    def _hook_on_subscription_start(self):
        """Let the contract before end where its renewal begins."""
        super()._hook_on_subscription_start()
        contract = self._get_renewed_contract()
        if contract:
            contract._check_subscription_operator()  # a customer who signs comes with sudo
            # sudo: a customer who signs has no right to write the contract before
            contract.sudo()._subscription_hand_over(self)

    def _subscription_hand_over(self, renewal):
        """End one contract on the day on which its renewal begins.

        :param renewal: the contract that goes on, just confirmed
        """
        self.ensure_one()
        self._subscription_claim()
        day, old_end = renewal.subscription_start_date, self.subscription_end_date
        values = {**self._prepare_not_closed_values(), "subscription_end_date": day}
        # Days that both would bill are given back here, whatever the terms say of a closing.
        values["subscription_close_credit_rule"] = "credit"
        values["subscription_renewal_quote_date"] = False
        self._as_system().write(values)
        self._subscription_apply_end(old_end)
        self._cancel_renewal_quotations()
        if self.subscription_state == "closed":
            self._set_subscription_state("renewed")
        self._after_operation(
            self.env._(
                "Renewed by %(renewal)s, which goes on from %(day)s.",
                renewal=renewal.name,
                day=format_date(self.env, day),
            )
        )

    def _cancel_renewal_quotations(self):
        """Cancel the renewal quotations of a contract that nobody needs any more."""
        quotations = self._get_open_renewals()
        if quotations:
            quotations._action_cancel()
            for quotation in quotations:
                quotation._message_log(
                    body=self.env._("Cancelled, because %(order)s ended.", order=self.name)
                )

    # ------------------------------------------------------------------
    # An end beside the renewal
    # ------------------------------------------------------------------

    def _check_close_date(self, day):
        """Refuse to serve a contract on days of its renewal."""
        super()._check_close_date(day)
        renewal = self._get_confirmed_renewal().sudo()
        if renewal and day >= renewal.subscription_start_date:
            raise UserError(
                self.env._(
                    "%(renewal)s goes on from %(day)s. Close that contract instead.",
                    renewal=renewal.name,
                    day=format_date(self.env, renewal.subscription_start_date),
                )
            )

    def _subscription_close(self, day, reason=None, note=None, credit_rule=None):
        """Call off what was to go on after contracts that are closed before."""
        for order in self:
            if order.subscription_state in const.RUNNING_STATES:
                order._check_close_date(day)
                order._call_off_renewal()
        return super()._subscription_close(day, reason, note, credit_rule)

    def _call_off_renewal(self):
        """Cancel the renewal that was to go on with one contract; a billed one gives all back."""
        # sudo: a colleague may look after the renewal
        renewal = self._get_confirmed_renewal().sudo()
        if not renewal or renewal.subscription_state != "upcoming":
            return
        if renewal.subscription_billed_period_ids:
            renewal._subscription_close(renewal.subscription_start_date, credit_rule="credit")
        else:
            renewal._action_cancel()
        renewal._message_log(
            body=self.env._("Called off, because %(order)s was closed before.", order=self.name)
        )

    def _hook_on_written(self, vals, old_ends):
        """Refuse an end date that would leave a gap before the renewal, or overlap with it."""
        for order in old_ends:
            renewal = order._get_confirmed_renewal().sudo()
            if renewal and order.subscription_end_date != renewal.subscription_start_date:
                raise UserError(
                    self.env._(
                        "%(renewal)s goes on with %(order)s from %(day)s, so this end date cannot "
                        "change. Close or cancel %(renewal)s first.",
                        renewal=renewal.name,
                        order=order.name,
                        day=format_date(self.env, renewal.subscription_start_date),
                    )
                )
        super()._hook_on_written(vals, old_ends)

    def _hook_on_subscription_close(self):
        """Cancel the renewal quotations of a contract that somebody closes."""
        super()._hook_on_subscription_close()
        self._cancel_renewal_quotations()

    def _subscription_end_with_order(self):
        """Give the contract before its own end back when a renewal is cancelled."""
        contract, billed = self._get_renewed_contract(), self.subscription_billed_period_ids
        result = super()._subscription_end_with_order()
        if contract and not billed:
            # sudo: a colleague may look after the contract before
            contract.sudo()._subscription_take_back_renewal(self)
        return result

    def _subscription_take_back_renewal(self, renewal):
        """Let one contract go on as agreed, because its renewal was cancelled unbilled.

        :param renewal: the order that is being cancelled
        """
        self.ensure_one()
        self._subscription_claim()
        old_end = self.subscription_end_date
        values = {**self._prepare_not_closed_values()}
        if self.subscription_state == "renewed":
            self._set_subscription_state("closed")
        elif self.subscription_state in const.RUNNING_STATES:
            values["subscription_end_date"] = False
        self._as_system().write(values)
        if self.subscription_state in const.RUNNING_STATES:
            self._as_system().subscription_end_date = self._get_agreed_end() or False
            self._subscription_apply_end(old_end)
        self._after_operation(
            self.env._("Its renewal %(renewal)s was cancelled.", renewal=renewal.name)
        )
