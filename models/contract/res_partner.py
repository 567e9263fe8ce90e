from odoo import models


class ResPartner(models.Model):
    """Who reads mails about contracts."""

    _inherit = "res.partner"

    def _can_read_mails(self):
        """Return whether a mail to this partner reaches somebody who is still there."""
        return bool(self.active and self.email_normalized)

    def _get_mail_reader(self):
        """Return who reads what is meant for one person: they do, or else their company.

        Somebody who left, or has no address, is stood in for.

        :return: empty when nobody can be written to
        :rtype: res.partner
        """
        people = self | self.commercial_partner_id
        return people.filtered(lambda person: person._can_read_mails())[:1]
