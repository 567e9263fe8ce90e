from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .address_change import AddressChange

MAX_CONTACTS = 50
MAX_NAME = 100  # characters
# What core would look up again for another contact; all of it was agreed.
AGREED = (
    "partner_invoice_id",
    "partner_shipping_id",
    "payment_term_id",
    "fiscal_position_id",
    "preferred_payment_method_line_id",
    "user_id",
    "team_id",
)


class Contacts:
    """The people of a customer of whom one is the contact of a contract.

    :param acts: :class:`CustomerActs` of the contract
    """

    def __init__(self, acts):
        self.acts = acts
        self.order = acts.order
        self.env = acts.env

    @property
    def people(self):
        """Contacts with a mail address whom the visitor may see, and the one of today."""
        customer = self.order.partner_id.commercial_partner_id
        domain = [
            ("id", "child_of", customer.ids),
            ("type", "=", "contact"),
            ("email", "!=", False),
        ]
        Partner = self.env["res.partner"].sudo(False)
        found = Partner.search(domain, limit=MAX_CONTACTS).sudo()  # sudo: read for the page
        return self.order.partner_id | found

    def add(self, name, email):
        """Return the contact with a mail address, a new one where there is none.

        :param str name: what the customer typed
        :param str email: what the customer typed
        :raise UserError: that is no name, or no mail address
        """
        address, people = email_normalize(email or ""), self.people
        name = (name or "").strip()[:MAX_NAME]
        if not address:
            raise UserError(self.env._("Type the mail address of the new contact."))
        if known := people.filtered(lambda partner: partner.email_normalized == address)[:1]:
            return known
        if not name:
            raise UserError(self.env._("Type the name of the new contact."))
        if len(people) >= MAX_CONTACTS:
            raise UserError(self.env._("You have too many contacts to add one. Write to us."))
        # sudo: customers may not create contacts by themselves
        return self.env["res.partner"].create(
            {
                "name": name,
                "email": address,
                "parent_id": self.order.partner_id.commercial_partner_id.id,
                "type": "contact",
                "lang": self.env.user.lang,
            }
        )


class ContactChange(AddressChange):
    """Who gets the mails of a contract from now on; its money stays as it is.

    :param acts: :class:`CustomerActs` of the contract
    :param contact: `res.partner`, one of :attr:`Contacts.people` or a new one
    """

    def __init__(self, acts, contact):
        order = acts.order
        super().__init__(acts, order.partner_invoice_id, order.partner_shipping_id)
        self.contact = contact

    @property
    def is_other(self):
        """Whether anybody else would get the mails."""
        return self.contact != self.order.partner_id

    def _write(self):
        order = self.order
        order.write({"partner_id": self.contact.id, **{name: order[name].id for name in AGREED}})

    def save(self, shown_total):
        """Let this contact have the mails, and a new link; the old one is dead at once.

        :param float shown_total: the next amount that was shown
        :raise UserError: nothing changes, or the next amount would be another one
        """
        order, before = self.order, self.order.partner_id
        if self.is_other and order.currency_id.compare_amounts(*self.amounts):
            raise UserError(
                self.env._("With this contact other taxes would be charged. Write to us.")
            )
        super().save(shown_total)
        order.message_unsubscribe(before.ids)
        order.message_subscribe(self.contact.ids)
        self._tell_former(before)

    def _tell_former(self, before):
        """Tell whoever was the contact; whoever did not want that learns of it."""
        order, name = self.order.with_context(lang=before.lang or self.env.lang), self.contact.name
        order.message_notify(
            partner_ids=before.ids,
            author_id=order.company_id.partner_id.id,
            subject=order.env._(
                "%(company)s: your contract %(contract)s",
                company=order.company_id.name,
                contract=order.name,
            ),
            body=order.env._(
                "%(name)s gets the mails about %(contract)s from now on, instead of you. Was that "
                "not meant? Then answer this mail.",
                name=name,
                contract=order.name,
            ),
        )

    def _get_text_for_customer(self):
        return ""  # the money stays

    def _tell(self, text):
        del text
        name, contact = self.acts.get_name(), self.contact
        self.acts.tell(
            lambda env: env._(
                "%(name)s changed the contact online. Mails go to %(contact)s.",
                name=name,
                contact=contact.email_formatted or contact.name,
            ),
            "contacted",
        )
