from odoo import api, fields, models

from ..models.renewal.renewal_offer import RenewalBasis


class SubscriptionRenewalWizard(models.TransientModel):
    """Show from when, how long and at which prices a contract would go on, before it is quoted."""

    _name = "subscription.renewal.wizard"
    _description = "Renew a Contract"

    order_id = fields.Many2one("sale.order", "Contract", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="order_id.currency_id")
    renewal_id = fields.Many2one(
        "sale.order",
        "Open Quotation",
        compute="_compute_offer",
        help="A renewal quotation that waits already: it is opened, no second one is made.",
    )
    start_date = fields.Date("Goes On From", compute="_compute_offer")
    term_text = fields.Char("Term", compute="_compute_offer")
    lines_text = fields.Text("At These Prices", compute="_compute_offer")

    @api.depends("order_id")
    def _compute_offer(self):
        for wizard in self:
            order = wizard.order_id
            order.check_access("read")
            wizard.renewal_id = order and order._get_open_renewals()[:1].with_env(self.env)
            wizard.start_date = order and RenewalBasis(order).get_day()
            wizard.term_text = order and wizard._get_term_text()
            wizard.lines_text = order and "\n".join(wizard._get_line_texts())

    def _get_term_text(self):
        """Return how long one term is, or that there is none."""
        order = self.order_id
        if not order.subscription_term_count:
            return self.env._("Runs until somebody closes it.")
        return self.env["subscription.recurrence"]._get_length_text(
            order.subscription_term_unit, order.subscription_term_count
        )

    def _get_line_texts(self):
        """Return what is offered, one text per line of the contract that goes on."""
        order = self.order_id
        plans = RenewalBasis(order).get_plans(self.start_date)
        return [
            self.env._(
                "%(quantity)s x %(product)s: %(price)s %(per_period)s",
                quantity=f"{float(plan[0].quantity):.15g}",
                product=line.product_id.display_name,
                price=order.currency_id._format_unit_price(plan[0].terms.price),
                per_period=line.recurrence_id._get_per_text(),
            )
            for line, plan in plans.items()
        ]

    def action_renew(self):
        """Prepare the renewal quotation and open it; open the one that waits already."""
        self.ensure_one()
        return self.order_id.action_subscription_renew()
