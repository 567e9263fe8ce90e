from odoo.exceptions import UserError
from odoo.http import request, route

from ..models.portal.address_change import AddressChange
from ..models.portal.address_edit import AddressEdit
from ..models.portal.contact_change import MAX_NAME, ContactChange, Contacts
from ..models.portal.contract_status import ContractStatus
from ..models.portal.customer_acts import CustomerActs
from .payment import read_text
from .portal_acts import PAGE, SubscriptionActs

# Whoever only has a link sees no other address of the customer.
OWN = {**PAGE, "auth": "user"}
NEW = "new"
TYPED = ("contact_name", "contact_email")
SEEN = "subscription_taxes_seen"


class SubscriptionAddresses(SubscriptionActs):
    """To whom a contract is billed and delivered, and who gets its mails.

    Core's addresses are chosen for this contract.
    """

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

    # ------------------------------------------------------------------
    # Contact
    # ------------------------------------------------------------------

    @route("/my/orders/<int:order_id>/contact", methods=["GET"], **OWN)
    def subscription_contact(self, order_id, **kwargs):
        """Ask who gets the mails of a contract."""
        return self._render_contact(self._get_order(order_id, None), {})

    @route("/my/orders/<int:order_id>/contact", methods=["POST"], **OWN)
    def subscription_contact_confirm(self, order_id, total=None, **kwargs):
        """Let somebody else get the mails of a contract."""
        order = self._get_order(order_id, None)
        return self._do(
            lambda: self._save_contact(order, kwargs, total),
            lambda error: self._render_contact(order, kwargs, error),
            lambda: self._go_back(order, None, "contacted"),
        )

    def _save_contact(self, order, values, total):
        acts = CustomerActs(order)
        acts.check("address")
        contacts, wanted = Contacts(acts), values.get("contact_id")
        if wanted == NEW:
            contact = contacts.add(*(read_text(values.get(name)) for name in TYPED))
        else:
            contact = self._find_address(contacts.people, wanted)
        if not contact:
            raise UserError(request.env._("Choose who gets the mails of this contract."))
        change = ContactChange(acts, contact)
        if change.is_other:  # else pressed twice
            change.save(self._read_total(total))

    def _render_contact(self, order, values, error=None):
        acts = CustomerActs(order)
        acts.check("address")
        return self._render(
            "sale_recurring.portal_contract_contact",
            acts,
            None,
            people=Contacts(acts).people,
            wanted=values.get("contact_id") or str(order.partner_id.id),
            typed={name: (values.get(name) or "")[:MAX_NAME] for name in TYPED},
            new=NEW,
            total=ContractStatus(order).next_amount,
            error=error,
        )

    # ------------------------------------------------------------------
    # Addresses
    # ------------------------------------------------------------------

    def _create_or_update_address(self, partner_sudo, *args, **kwargs):
        """Show what an edit does to the taxes of contracts, and save it when it comes again."""
        edit = partner_sudo and AddressEdit(partner_sudo.with_user(request.env.user).sudo())
        if not edit or request.env.user._is_public() or not edit.contracts:
            return super()._create_or_update_address(partner_sudo, *args, **kwargs)
        facts, before = edit.get_facts(), edit.get_amounts()
        with request.env.cr.savepoint() as tried:
            partner, answer = super()._create_or_update_address(partner_sudo, *args, **kwargs)
            changes = edit.get_changes(before) if edit.get_facts() != facts else {}
            text = changes and edit.get_text(changes)
            if changes and request.session.get(SEEN) != text:
                tried.rollback()
        if not changes:
            return partner, answer
        if request.session.get(SEEN) != text:
            request.env.invalidate_all()
            request.session[SEEN] = text
            return partner_sudo, {"invalid_fields": [], "messages": [text]}
        request.session.pop(SEEN)
        edit.tell(changes)
        return partner, answer

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
