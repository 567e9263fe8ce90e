from odoo import models


class MailMail(models.Model):
    """Mails about contracts: whether somebody reads them, and whether they left."""

    _inherit = "mail.mail"

    def _reaches_anybody(self):
        """Return whether this mail has a reader: its template may have lost all of them."""
        self.ensure_one()
        return bool(self.recipient_ids or self.email_to or self.email_cc)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Tell whoever waits for these mails whether they left."""
        is_sent = not failure_type or bool(success_pids or success_emails)
        # sudo: whoever empties the queue has nothing to do with contracts
        self.sudo()._hook_on_outcome(is_sent, failure_reason or failure_type)
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    def _hook_on_outcome(self, is_sent, reason):
        """Hook. Called once mails left, or failed to. Return nothing.

        :param bool is_sent: whether the mail server took them for at least one reader
        :param str reason: what went wrong, or nothing
        """
