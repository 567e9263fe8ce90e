from odoo.http import route

from ..models.portal.address_change import AddressChange
from ..models.portal.customer_acts import CustomerActs
from .portal_acts import PAGE, SubscriptionActs

# Whoever only has a link sees no other address of the customer.
OWN = {**PAGE, "auth": "user"}


class SubscriptionAddresses(SubscriptionActs):
    """To whom a contract is billed and delivered: core's addresses, chosen for this contract."""

    @route("/my/orders/<int:order_id>/addresses", methods=["GET"], **OWN)
    def subscription_addresses(self, order_id, billing_id=None, delivery_id=None, **kwargs):
        """Show the customer's addresses, and what another choice does to the next invoice."""
        order = self._get_order(order_id, None)
        return self._render_addresses(order, billing_id, delivery_id)

    @route("/my/orders/<int:order_id>/addresses", methods=["POST"], **OWN)
    def subscription_addresses_confirm(
        self, order_id, billing_id=None, delivery_id=None, total=None, **kwargs
    ):
        """Use the addresses as it was shown."""
        order = self._get_order(order_id, None)
        change = self._get_address_change(order, billing_id, delivery_id)
        if change and not change.is_other:  # pressed twice
            return self._go_back(order, None, "addressed")
        return self._do(
            lambda: self._save_addresses(change, total),
            lambda error: self._render_addresses(order, billing_id, delivery_id, error),
            lambda: self._go_back(order, None, "addressed"),
        )

    def _save_addresses(self, change, total):
        change.acts.check("address")
        change.save(self._read_total(total))

    def _get_address_change(self, order, billing_id, delivery_id):
        """Return the change to two of the customer's addresses; the own ones for all others."""
        choices = self._prepare_address_data(order.partner_id)
        billing = self._find_address(choices["billing_addresses"], billing_id)
        delivery = self._find_address(choices["delivery_addresses"], delivery_id)
        return AddressChange(
            CustomerActs(order),
            billing or order.partner_invoice_id,
            delivery or order.partner_shipping_id,
        )

    def _find_address(self, partners, partner_id):
        wanted = self._cast_as_int(partner_id)
        return partners.filtered(lambda partner: partner.id == wanted)

    def _render_addresses(self, order, billing_id, delivery_id, error=None):
        change = self._get_address_change(order, billing_id, delivery_id)
        change.acts.check("address")
        choices = self._prepare_address_data(order.partner_id)
        return self._render(
            "sale_recurring.portal_contract_addresses",
            change.acts,
            None,
            change=change,
            billing_addresses=choices["billing_addresses"] | order.partner_invoice_id,
            delivery_addresses=choices["delivery_addresses"] | order.partner_shipping_id,
            error=error,
        )
