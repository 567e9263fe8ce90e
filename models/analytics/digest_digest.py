from odoo import fields, models
from odoo.exceptions import AccessError

from .movement_totals import FLOWS


class DigestDigest(models.Model):
    """Recurring revenue in the periodic mail: what it is, and what was won and lost."""

    _inherit = "digest.digest"

    kpi_subscription_mrr = fields.Boolean("MRR")
    kpi_subscription_mrr_value = fields.Monetary(compute="_compute_kpi_subscription_mrr")
    kpi_subscription_net_new = fields.Boolean("Net New MRR")
    kpi_subscription_net_new_value = fields.Monetary(compute="_compute_kpi_subscription_mrr")

    def _compute_kpi_subscription_mrr(self):
        """Read both from the ledger of MRR, with the rights of whoever gets the mail."""
        Event = self.env["subscription.mrr.event"]
        if not Event.has_access("read"):
            raise AccessError(self.env._("Your mail does not tell about recurring revenue."))
        start, end, companies = self._get_kpi_compute_parameters()
        domain = [("company_id", "in", companies.ids)]
        if end:
            domain.append(("effective_date", "<=", end))
        sums = ["company_amount:sum"]
        mrr = dict(Event._read_group(domain, ["company_id"], sums))
        if start:
            domain.append(("effective_date", ">=", start))
        moved = dict(Event._read_group([*domain, ("kind", "in", FLOWS)], ["company_id"], sums))
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_subscription_mrr_value = mrr.get(company, 0.0)
            digest.kpi_subscription_net_new_value = moved.get(company, 0.0)

    def _compute_kpis_actions(self, company, user):
        """Link both figures to what is behind them."""
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("sale_recurring.menu_subscription_root").id
        for name, action in (
            ("kpi_subscription_mrr", "subscription_dashboard_action"),
            ("kpi_subscription_net_new", "subscription_mrr_event_action"),
        ):
            actions[name] = f"sale_recurring.{action}?menu_id={menu}"
        return actions
