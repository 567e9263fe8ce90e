from odoo import api, models, tools


class AccountPaymentTerm(models.Model):
    """Terms by which an invoice is paid in instalments."""

    _inherit = "account.payment.term"

    @api.model
    @tools.ormcache()
    def _get_instalment_term_ids(self):
        """Return ids of terms with more than one due date, archived ones included."""
        # sudo: asked by jobs and by whoever looks at contracts
        lines = self.env["account.payment.term.line"].sudo()
        groups = lines._read_group([], ["payment_id"], having=[("__count", ">", 1)])
        return tuple(term.id for (term,) in groups)


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
