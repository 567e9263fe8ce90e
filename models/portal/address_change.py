from functools import cached_property

from odoo.exceptions import UserError

from .contract_status import ContractStatus


class AddressChange:
    """Whom a contract is billed and delivered to from now on, and what that does to its taxes.

    :param acts: :class:`CustomerActs` of the contract
    :param billing: `res.partner` that gets the invoices
    :param delivery: `res.partner` that is served
    """

    def __init__(self, acts, billing, delivery):
        self.acts = acts
        self.order = acts.order
        self.env = acts.env
        self.billing = billing
        self.delivery = delivery

    @property
    def is_other(self):
        """Whether anything would change."""
        order = self.order
        return (self.billing, self.delivery) != (
            order.partner_invoice_id,
            order.partner_shipping_id,
        )

    @cached_property
    def amounts(self):
        """Amount of the next invoice as it is, and as it would be; 0 where nothing is planned."""
        before = ContractStatus(self.order).next_amount
        if not self.is_other:
            return before, before
        with self.env.cr.savepoint() as tried:
            self._write()
            after = ContractStatus(self.order).next_amount
            tried.rollback()
        self.env.invalidate_all()
        return before, after

    def _write(self):
        self.order.write(
            {"partner_invoice_id": self.billing.id, "partner_shipping_id": self.delivery.id}
        )

    def get_text(self):
        """Return what the change does to the invoices."""
        return self.acts.text.get_taxes_text(*self.amounts)

    def _get_text_for_customer(self):
        return AddressChange(self.acts.for_customer, self.billing, self.delivery).get_text()

    def save(self, shown_total):
        """Write the addresses on the contract.

        :param float shown_total: the next amount that was shown
        :raise UserError: nothing changes, or the next amount is another one by now
        """
        self.order._subscription_claim()
        if not self.is_other or self.order.currency_id.compare_amounts(
            self.amounts[1], shown_total
        ):
            raise UserError(self.acts.get_changed_text())
        text = self._get_text_for_customer()
        self._write()
        self._tell(text)

    def _tell(self, text):
        """Hook. Say to both sides what was changed.

        :param str text: what it does to the invoices, in the customer's language
        """
        name, order = self.acts.get_name(), self.order
        self.acts.tell(
            lambda env: env._(
                "%(name)s changed the addresses online. Billed to %(billing)s, delivered to "
                "%(delivery)s.",
                name=name,
                billing=order.partner_invoice_id.display_name,
                delivery=order.partner_shipping_id.display_name,
            ),
            "addressed",
            texts=[text],
        )
