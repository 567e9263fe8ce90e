from odoo import api, models


class SubscriptionBilledPeriod(models.Model):
    """What takes days away from a billed period changes when its revenue is earned."""

    _inherit = "subscription.billed.period"

    @api.model
    def _create_rows(self, vals_list):
        """Hook. Let the revenue of periods be looked at again whose days are given up or back."""
        rows = super()._create_rows(vals_list)
        changed = rows.filtered(lambda row: row.kind != "charge")
        if changed.company_id._get_ever_recognising():
            touched = changed.reverses_id | changed._get_forfeited()
            lines = touched.invoice_line_id | touched.adjustment_line_ids
            self.env["subscription.recognition"]._mark_stale(lines)
        return rows

    def _get_forfeited(self):
        """Return the rows whose forfeited days these rows cover again, without an invoice line."""
        restored = self.filtered(lambda row: row.kind == "move" and not row.invoice_line_id)
        if not restored:
            return self.browse()
        forfeits = self.search([("line_id", "in", restored.line_id.ids), ("kind", "=", "forfeit")])
        return forfeits.reverses_id
