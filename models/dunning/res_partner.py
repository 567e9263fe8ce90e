from odoo import api, fields, models, tools

STAFF = "sales_team.group_sale_salesman,account.group_account_invoice"


class ResPartner(models.Model):
    """Customers who are left out of dunning for a while, and why."""

    _inherit = "res.partner"

    subscription_left_out = fields.Boolean(
        "Leave Out of Dunning",
        groups=STAFF,
        help="Nobody reminds this customer of unpaid invoices of contracts, charges again, "
        "suspends or closes.",
    )
    subscription_left_out_until = fields.Date(
        "Left Out Until", groups=STAFF, help="Last day of that. Empty: until somebody ends it."
    )
    subscription_left_out_reason = fields.Char("Left Out Because", groups=STAFF)

    _left_out_with_reason = models.Constraint(
        "CHECK (subscription_left_out IS NOT TRUE OR subscription_left_out_reason IS NOT NULL)",
        "Say why this customer is left out of dunning.",
    )

    @api.constrains("subscription_left_out")
    def _check_left_out_remembered(self):
        """Look at customers again, for one of them was left out, or is no more."""
        self.env.registry.clear_cache()

    @api.model
    @tools.ormcache()
    def _is_anybody_left_out(self):
        """Return whether customers have to be looked at at all."""
        # sudo: asked by the run and by whoever looks at contracts
        partners = self.sudo().with_context(active_test=False)
        return bool(partners.search_count([("subscription_left_out", "=", True)], limit=1))

    def _can_read_reminders(self):
        """Return whether a mail to this partner reaches somebody."""
        return bool(self.active and self.email_normalized)
