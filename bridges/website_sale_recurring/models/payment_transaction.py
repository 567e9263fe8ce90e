from odoo import models
from odoo.fields import Command


class PaymentTransaction(models.Model):
    """How a cart with contracts is paid, and a free one confirmed by a saved method."""

    _inherit = "payment.transaction"

    def _charge_with_token(self):
        """Charge a saved method for a cart once the attempt is saved, as for other contracts.

        The shop asks for it in the request that made the attempt, which may still be undone.
        """
        is_delayed = self.env.context.get("delay_token_charge")
        if is_delayed and self._is_about_contracts() and self.sale_order_ids.website_id:
            return self.with_context(delay_token_charge=False)._charge_after_commit()
        return super()._charge_with_token()

    def _hook_on_method_saved(self):
        """Confirm a cart that costs nothing yet, now that its method is saved."""
        super()._hook_on_method_saved()
        if self.operation != "validation":
            return
        self.sale_order_ids._confirm_free_carts()
        # Core takes a cart whose last transaction is done for paid. One that costs something by
        # now is not: another tab has added to it meanwhile.
        left = self.sale_order_ids.filtered(lambda cart: cart.website_id and cart.state == "draft")
        if left:
            self.sale_order_ids = [Command.unlink(cart.id) for cart in left]

    def _check_amount_and_confirm_order(self):
        """Begin no contract for a part of its money: its cart may have grown while it was paid.

        What came in is kept, and the customer asked for the rest.
        """
        short = self.filtered(lambda tx: tx._get_grown_carts())
        for tx in short:
            for cart in tx._get_grown_carts():
                tx._request_rest(cart)
        return super(PaymentTransaction, self - short)._check_amount_and_confirm_order()

    def _get_grown_carts(self):
        """Return the carts with contracts that cost more by now than was paid."""
        self.ensure_one()
        return self.sale_order_ids.filtered(
            lambda cart: (
                cart.website_id
                and cart.state == "draft"
                and cart.is_subscription
                and cart.currency_id.compare_amounts(cart.amount_paid, cart.amount_total) < 0
            )
        )

    def _request_rest(self, cart):
        """Let a cart that was paid in part be a quotation, whose page asks for the rest."""
        cart.write({"state": "sent", "require_payment": True, "prepayment_percent": 1.0})
        rest = cart._get_amount_open_to_pay()
        cart._schedule_activity_once(
            self.env._("A cart is paid in part"),
            self.env._(
                "%(order)s changed while it was paid. %(paid)s came in; the page of the order asks "
                "the customer for the other %(rest)s.",
                order=cart.name,
                paid=self.currency_id.format(self.amount),
                rest=cart.currency_id.format(rest),
            ),
        )
