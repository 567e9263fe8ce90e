from odoo.http import route

from .portal_acts import PAGE, SubscriptionActs


class SubscriptionWithdrawal(SubscriptionActs):
    """A customer withdraws from a new contract, where the terms give that right."""

    @route("/my/orders/<int:order_id>/withdraw", methods=["GET"], **PAGE)
    def subscription_withdraw(self, order_id, access_token=None, **kwargs):
        """Show what is given back when the contract never was."""
        acts = self._get_acts(order_id, access_token, "withdraw")
        return self._render_withdraw(acts, access_token)

    @route("/my/orders/<int:order_id>/withdraw", methods=["POST"], **PAGE)
    def subscription_withdraw_confirm(self, order_id, access_token=None, total=None, **kwargs):
        """Withdraw as it was shown."""
        order = self._get_order(order_id, access_token)
        if order.subscription_state == "closed":  # pressed twice
            return self._go_back(order, access_token, "withdrawn")
        acts = self._get_acts(order_id, access_token, "withdraw")
        return self._do(
            lambda: acts.withdrawal.withdraw(self._read_total(total)),
            lambda error: self._render_withdraw(acts, access_token, error),
            lambda: self._go_back(order, access_token, "withdrawn"),
        )

    def _render_withdraw(self, acts, access_token, error=None):
        return self._render(
            "sale_recurring.portal_contract_withdraw",
            acts,
            access_token,
            withdrawal=acts.withdrawal,
            error=error,
        )
