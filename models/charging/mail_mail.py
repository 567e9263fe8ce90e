from odoo import models


class MailMail(models.Model):
    """Mails that ask for money and do not leave: nobody in the office would hear of it."""

    _inherit = "mail.mail"

    def _hook_on_outcome(self, is_sent, reason):
        """Ask somebody to look at mails about open documents that failed."""
        super()._hook_on_outcome(is_sent, reason)
        for mail in self:
            # What a colleague wrote shows them itself that it failed.
            if not is_sent and mail.model == "account.move" and not mail.is_notification:
                move = self.env["account.move"].browse(mail.res_id).exists()
                if move and move._is_about_contracts() and move._is_open_to_pay():
                    move._tell_of_failed_mail(reason)
