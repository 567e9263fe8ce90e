from odoo import api, fields, models


class SubscriptionTemplate(models.Model):
    """One rule for contracts whose invoices stay unpaid: warned by mail, then closed."""

    _inherit = "subscription.template"

    unpaid_close_days = fields.Integer(
        "Close When Unpaid For",
        tracking=True,
        help="Days after the due date of the oldest unpaid invoice. 0: never. A dunning policy "
        "with steps of its own goes before this rule.",
    )
    unpaid_warn_days = fields.Integer(
        "Warn Before",
        default=7,
        tracking=True,
        help="Days between the mail that warns the customer and the closing. A contract is never "
        "closed sooner after the mail.",
    )
    unpaid_mail_template_id = fields.Many2one(
        "mail.template",
        "Warning Mail",
        domain="[('model', '=', 'sale.order')]",
        help="Leave empty to send the standard warning.",
    )

    _unpaid_days_not_negative = models.Constraint(
        "CHECK (unpaid_close_days >= 0 AND unpaid_warn_days >= 0)",
        "Days of the rule for unpaid invoices cannot be negative. Use 0 to close nothing.",
    )
    dunning_policy_id = fields.Many2one(
        "subscription.dunning.policy",
        check_company=True,
        index="btree_not_null",
        tracking=True,
        ondelete="set null",  # the policy itself refuses while it is in use
        help="Steps that are taken when an invoice is not paid in time. Empty: none.",
    )

    def _get_unpaid_close_days(self):
        """Return after how many days of an unpaid invoice this rule closes a contract.

        :return: days after its due date; 0 when the rule is off, or a dunning policy takes steps
        """
        policy = self.dunning_policy_id
        return 0 if policy.active and policy.step_ids else self.unpaid_close_days

    def _get_unpaid_mail_template(self):
        """Return the mail that warns customers before an unpaid contract is closed."""
        standard = self.env.ref(
            "sale_recurring.mail_template_unpaid_warning", raise_if_not_found=False
        )
        return self.unpaid_mail_template_id or standard

    @api.model
    def _get_summary_fields(self):
        return [
            *super()._get_summary_fields(),
            "unpaid_close_days",
            "unpaid_warn_days",
            "dunning_policy_id",
        ]

    def _get_summary_sentences(self):
        sentences = super()._get_summary_sentences()
        return [
            *sentences,
            *filter(None, [self._get_unpaid_sentence(), self._get_dunning_sentence()]),
        ]

    def _get_unpaid_sentence(self):
        """Return the rule for unpaid invoices in words, or an empty text."""
        if not self._get_unpaid_close_days():
            return ""
        return self.env._(
            "Closed by itself when an invoice is unpaid %(days)s days after its due date; the "
            "customer is warned %(warn)s days before.",
            days=self.unpaid_close_days,
            warn=self.unpaid_warn_days,
        )

    # ------------------------------------------------------------------
    # What happens when an invoice stays unpaid
    # ------------------------------------------------------------------

    def _get_dunning_sentence(self):
        """Return what happens to unpaid invoices in words, or an empty text."""
        policy = self.dunning_policy_id
        if not policy or not policy.active or not policy.summary:
            return ""
        return self.env._("When an invoice is late: %(steps)s.", steps=policy.summary)
