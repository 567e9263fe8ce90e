from odoo import api, models


class SaleOrder(models.Model):
    """What follows from the creation of an order, and from what was written on it."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        """Let feature files complete new orders."""
        orders = super().create(vals_list)
        orders._hook_on_created()
        return orders

    def _hook_on_created(self):
        """Called with orders that were just created, with their lines. Return nothing."""

    def _hook_on_lines_created(self, lines):
        """Called when lines were added to one order. Return nothing.

        :param lines: the new `sale.order.line` records
        """

    def _hook_on_written(self, vals, old_ends):
        """Called after values were written on orders. Return nothing.

        :param dict vals: what was written
        :param dict old_ends: end dates before, by running contract whose end date was typed
        """
        for order, old_end in old_ends.items():
            if order.subscription_end_date != old_end:
                order._subscription_apply_end(old_end)
                order._after_operation(None)

    def activity_schedule(self, act_type_xmlid="", date_deadline=None, *args, **kwargs):
        """Take the company's day where core takes that of whoever acts, UTC in a job."""
        if not date_deadline and len(self.company_id) == 1:
            date_deadline = self.company_id._subscription_today()
        return super().activity_schedule(act_type_xmlid, date_deadline, *args, **kwargs)

    def _message_compute_author(self, author_id=None, email_from=None):
        """Let the system speak on contracts while somebody without a login pays or signs."""
        is_unnamed = author_id is None and not email_from and self.env.user._is_public()
        if is_unnamed and any(order.is_subscription for order in self):
            author_id = self.env.ref("base.partner_root").id
        return super()._message_compute_author(author_id, email_from)
