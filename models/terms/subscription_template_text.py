from odoo import api, models


class SubscriptionTemplate(models.Model):
    """Says the terms in whole sentences, for people who do not read forms."""

    _inherit = "subscription.template"

    @api.depends(lambda self: self._get_summary_fields())
    @api.depends_context("lang")
    def _compute_summary(self):
        for template in self:
            template.summary = " ".join(filter(None, template._get_summary_sentences()))

    @api.model
    def _get_summary_fields(self):
        """Return the names of the fields that the sentences are made of. Hook."""
        return [
            "recurrence_id.name",
            "recurrence_ids.name",
            "timing",
            "alignment",
            "billing_day",
            "invoice_mode",
            "payment_mode",
            "term_count",
            "term_unit",
            "end_action",
            "convention",
            "credit_on_close",
            "customer_control",
        ]

    def _get_summary_sentences(self):
        """Return the terms as whole translated sentences. Hook for feature files.

        :return: one sentence per subject; empty ones are left out
        :rtype: list[str]
        """
        self.ensure_one()
        return [
            self._get_recurrence_sentence(),
            self._get_alignment_sentence(),
            self._get_invoice_sentence(),
            self._get_payment_sentence(),
            self._get_term_sentence(),
            self._get_proration_sentence(),
            self._get_close_sentence(),
            self._get_control_sentence(),
        ]

    def _get_recurrence_sentence(self):
        names = {
            "recurrence": self.recurrence_id.name or "",
            "others": ", ".join((self.recurrence_ids - self.recurrence_id).mapped("name")),
        }
        if self.timing == "advance":
            if names["others"]:
                return self.env._(
                    "Billed in advance: %(recurrence)s, or on request %(others)s.", **names
                )
            return self.env._("Billed in advance: %(recurrence)s.", **names)
        if names["others"]:
            return self.env._(
                "Billed in arrears: %(recurrence)s, or on request %(others)s.", **names
            )
        return self.env._("Billed in arrears: %(recurrence)s.", **names)

    def _get_alignment_sentence(self):
        if self.alignment == "day":
            return self.env._("Periods begin on day %(day)s of the month.", day=self.billing_day)
        if self.alignment == "calendar":
            return self.env._("Periods follow the calendar.")
        return self.env._("Periods begin on the day the contract started.")

    def _get_invoice_sentence(self):
        return {
            "draft": self.env._("Invoices stay drafts until somebody posts them."),
            "post": self.env._("Invoices are posted at once."),
            "send": self.env._("Invoices are posted and sent at once."),
        }.get(self.invoice_mode, "")

    def _get_payment_sentence(self):
        return {
            "manual": self.env._("The customer pays each invoice."),
            "charge": self.env._("The saved payment method is charged for each invoice."),
            "after_payment": self.env._("The customer pays first, then the invoice is made."),
        }.get(self.payment_mode, "")

    def _get_term_sentence(self):
        """Return what the terms say about their end. Hook."""
        if not self.term_count:
            return self.env._("Runs until somebody closes it.")
        length = self.env["subscription.recurrence"]._get_length_text(
            self.term_unit, self.term_count
        )
        return {
            "renew": self.env._("Runs for %(length)s, then as long again.", length=length),
            "end": self.env._("Runs for %(length)s, then ends.", length=length),
            "quote": self.env._(
                "Runs for %(length)s, then ends unless a renewal quotation is accepted.",
                length=length,
            ),
        }.get(self.end_action, "")

    def _get_proration_sentence(self):
        return {
            "actual": self.env._("Parts of a period are charged by the day."),
            "fixed_30": self.env._("Parts of a period are charged by months of 30 days."),
            "none": self.env._("Only whole periods are charged; changes wait for the next one."),
        }.get(self.convention, "")

    def _get_close_sentence(self):
        if self.convention == "none":
            return ""
        if self.credit_on_close == "credit":
            return self.env._("Unused days are credited when the contract is closed early.")
        return self.env._("Unused days are not credited when the contract is closed early.")

    def _get_control_sentence(self):
        return {
            "restricted": self.env._("Customers ask you for every change."),
            "upgrade": self.env._("Customers may add and increase online."),
            "upgrade_downgrade": self.env._(
                "Customers may add, increase, reduce and remove online."
            ),
        }.get(self.customer_control, "")
