from odoo import api, fields, models


class SubscriptionLinkWizard(models.TransientModel):
    """Give a contract a new link for its customer; the old one is dead at once."""

    _name = "subscription.link.wizard"
    _description = "Renew the Link of a Contract"

    order_id = fields.Many2one("sale.order", "Contract", required=True, ondelete="cascade")
    quotation_ids = fields.Many2many(
        "sale.order",
        string="Open Quotations",
        compute="_compute_quotation_ids",
        help="Their links are renewed too: whoever had the old link may know them.",
    )
    link = fields.Char(
        "New Link",
        readonly=True,
        help="Opens the contract without a login. Give it to the customer only.",
    )

    @api.depends("order_id")
    def _compute_quotation_ids(self):
        for wizard in self:
            papers = wizard.order_id.subscription_amendment_ids
            papers |= wizard.order_id.subscription_renewal_ids
            wizard.quotation_ids = papers.filtered(lambda order: order.state in ("draft", "sent"))

    def action_renew_link(self):
        """Renew the links of the contract, of its papers and of its invoices.

        Whoever had the link of the contract could open the others through it.

        :return: this dialog again, with the new link
        :raise AccessError: no user of Subscriptions, or no right to change the contract
        """
        self.ensure_one()
        order = self.order_id
        order._check_subscription_operator()
        order._subscription_claim()
        papers = self._get_papers()
        papers.access_token = False
        papers.order_line.invoice_lines.move_id.access_token = False
        for paper in papers:
            paper._portal_ensure_token()
        order._message_log(
            body=self.env._(
                "%(user)s renewed the link of this contract. Old links to it, to its open "
                "quotations and to its invoices lead nowhere now.",
                user=self.env.user.name,
            )
        )
        self.link = order.get_base_url() + order.get_portal_url()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Link of %(contract)s", contract=order.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_papers(self):
        """Return the contract with what its link led to: all its amendments, and open renewals.

        A confirmed amendment was paid through the link of the contract, which showed its own.
        """
        # sudo: links are no values that anybody types, and invoices belong to the books; papers
        # of colleagues count too
        order = self.order_id.sudo()
        renewals = order.subscription_renewal_ids
        return (
            order
            | order.subscription_amendment_ids
            | renewals.filtered(lambda paper: paper.state in ("draft", "sent"))
        )
