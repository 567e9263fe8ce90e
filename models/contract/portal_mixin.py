from contextlib import contextmanager

from odoo import models

PEOPLE_FIELDS = ("partner_id", "partner_invoice_id")


class PortalMixin(models.AbstractModel):
    """Links that open a document without a login: who gets them, and until when they hold."""

    _inherit = "portal.mixin"

    def _get_link_token(self):
        """Return what opens this document without a login, to whoever may read it.

        Mail templates are drawn with the rights of whoever writes the mail, and by the system for
        the mails that it sends to the customer itself.

        :return: the token, empty for a reader without rights on the document
        :rtype: str
        """
        self.ensure_one()
        return self._portal_ensure_token() if self.has_access("read") else ""

    def _get_link_people(self):
        """Return the partners to whom links of this document are sent."""
        self.ensure_one()
        people = self.env["res.partner"]
        for name in PEOPLE_FIELDS:
            if name in self._fields:
                people |= self[name]
        return people

    @contextmanager
    def _renewing_links(self, vals):
        """Take the links from whoever these documents belonged to before something is written.

        :param dict vals: what is written
        """
        names = vals.keys() & set(PEOPLE_FIELDS)
        before = {record: record._get_link_people() for record in self if names}
        yield
        for record, people in before.items():
            if record._get_link_people() != people:
                record._take_links_from(people)

    def _take_links_from(self, people):
        """Let old links of this document lead nowhere, and write no more to people who left.

        Contacts of a company that stays go on following.

        :param people: the partners who had the links
        """
        # sudo: as in core, a token is no value that anybody types
        self.sudo().access_token = False
        left = people.commercial_partner_id - self._get_link_people().commercial_partner_id
        followers = self.message_partner_ids.filtered(
            lambda partner: partner.partner_share and partner.commercial_partner_id in left
        )
        self.message_unsubscribe(followers.ids)
