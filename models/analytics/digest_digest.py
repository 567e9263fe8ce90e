from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

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
        sums = ["company_amount:sum"]
        mrr, moved = {}, {}
        for company in companies:
            domain = Domain("company_id", "=", company.id)
            if end:
                domain &= Domain("effective_date", "<", self._get_day(company, end))
            [(mrr[company],)] = Event._read_group(domain, [], sums)
            if start:
                domain &= Domain("effective_date", ">=", self._get_day(company, start))
            domain &= Domain("kind", "in", FLOWS)
            [(moved[company],)] = Event._read_group(domain, [], sums)
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_subscription_mrr_value = mrr[company]
            digest.kpi_subscription_net_new_value = moved[company]

    @api.model
    def _get_day(self, company, moment):
        """Return the day of a company on which the time of a mail begins or is over.

        Movements have days and no hours: a mail tells whole days that are over, so that each of
        them is told once, by the mail of its time and not by the one before or after.
        """
        return company._subscription_day_of(fields.Datetime.to_datetime(moment))

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
