from odoo import models


class ResCompany(models.Model):
    """In whose name mails about contracts go out."""

    _inherit = "res.company"

    def _get_subscription_sender(self, user=None):
        """Return the sender of a mail to a customer, who may be answered.

        A colleague who left writes no mails any more. A company without an address writes in the
        name of whoever looks after its contracts, never in that of a robot.

        :param user: the `res.users` whose customer it is
        :return: name and address, empty when nobody has one
        :rtype: str
        """
        self.ensure_one()
        # sudo: whoever causes the mail may not read who has left
        person, company = (user or self.env["res.users"]).sudo(), self.sudo()
        if person.active and not person.share and person.email:
            return person.email_formatted
        if company.email:
            return company.email_formatted
        stand_in = company._get_subscription_administrator()
        return stand_in.email_formatted if stand_in.sudo().email else ""
