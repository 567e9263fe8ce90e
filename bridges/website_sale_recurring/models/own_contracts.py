from urllib.parse import urlencode

from odoo.exceptions import UserError

from ..addon import CustomerChange

MAX_CONTRACTS = 3


class OwnContracts:
    """Running contracts of the visitor that could be changed in place of a second one.

    :param cart: one sudoed cart with recurring lines
    :param user: the visitor
    """

    def __init__(self, cart, user):
        self.cart = cart
        self.user = user
        self.env = cart.env

    def get(self):
        """Return the contracts, each with the page that shows what the change costs.

        :return: dicts of name and url
        :rtype: list[dict]
        """
        if self.user._is_public() or not self.cart.is_subscription:
            return []
        terms = self.cart._get_subscription_template()
        # sudo: only what their own partner bought is looked for, which the portal shows them
        contracts = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "=", self.user.commercial_partner_id.id),
                    ("subscription_state", "=", "active"),
                    ("subscription_template_id", "in", [terms.id]),
                    ("company_id", "=", self.cart.company_id.id),
                ],
                limit=MAX_CONTRACTS,
            )
        )
        return [{"name": one.name, "url": self._get_url(one)} for one in contracts]

    def _get_url(self, contract):
        """Return the page of a contract that shows the products of the cart added to it."""
        added = self._get_added(contract)
        if not added:
            return f"/my/orders/{contract.id}"
        return f"/my/orders/{contract.id}/change?{urlencode({**added, 'see': 1})}"

    def _get_added(self, contract):
        """Return quantities of the form, empty where the customer may not change that alone."""
        try:
            entries = CustomerChange(contract).offer.get_entries()
        except UserError:
            return {}
        wanted = {}
        for line in self.cart._get_recurring_lines():
            entry = next((one for one in entries if one.product == line.product_id), None)
            if entry:
                quantity = float(entry.quantity) + line.product_uom_qty
                wanted[entry.name] = f"{quantity:g}"
        return wanted
