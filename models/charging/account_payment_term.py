from odoo import api, fields, models, tools


class AccountPaymentTerm(models.Model):
    """Terms by which an invoice is paid in instalments."""

    _inherit = "account.payment.term"

    subscription_had_instalments = fields.Boolean(
        "Instalments, Now or Before",
        compute="_compute_subscription_had_instalments",
        store=True,
        readonly=False,
        help="Invoices that were made while there was more than one due date keep theirs.",
    )

    @api.depends("line_ids")
    def _compute_subscription_had_instalments(self):
        """Remember that there was more than one due date: invoices of that time have them still."""
        for term in self:
            term.subscription_had_instalments = (
                term.subscription_had_instalments or len(term.line_ids) > 1
            )

    @api.model
    @tools.ormcache()
    def _get_instalment_term_ids(self):
        """Return ids of terms that have or had more than one due date, archived ones included."""
        # sudo: asked by jobs and by whoever looks at contracts
        terms = self.sudo().with_context(active_test=False)
        return tuple(terms.search([("subscription_had_instalments", "=", True)]).ids)


class AccountPaymentTermLine(models.Model):
    _inherit = "account.payment.term.line"

    @api.constrains("payment_id")
    def _check_instalments_remembered(self):
        """Forget which terms have instalments, for a line came or moved."""
        self.env.registry.clear_cache()

    @api.ondelete(at_uninstall=False)
    def _unlink_and_forget_instalments(self):
        """Forget which terms have instalments, for a line goes."""
        self.env.registry.clear_cache()
