from odoo import fields, models


class SaleOrder(models.Model):
    """Contracts that are paid by charging a saved payment method."""

    _inherit = "sale.order"

    def _hook_on_subscription_billed(self, moves):
        """Take kept credit off; wake the charging run, which charges after the commit."""
        super()._hook_on_subscription_billed(moves)
        moves._use_kept_credits()
        moves._make_covered_invoices()
        moves._trigger_charging()

    def _is_invoiced_after_payment(self):
        """:return: whether an invoice made now stays a draft until its money is in; hook"""
        self.ensure_one()
        return self._get_subscription_terms().payment_mode == "after_payment"

    def _schedule_charge_activity(self, summary, note):
        """Ask the salesperson of one contract to look after a payment.

        :param str summary: what happened
        :param str note: what happened and what to do, in words
        """
        self.ensure_one()
        self.activity_schedule(
            "sale_recurring.mail_activity_charge_failed",
            date_deadline=fields.Date.today(),
            summary=summary,
            note=note,
            user_id=(self.user_id or self.env.ref("base.user_admin")).id,
        )
