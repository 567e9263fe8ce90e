from odoo import api, fields, models
from odoo.exceptions import UserError

from .exact_money import ExactMonetary
from .mrr_protection import protect


class SubscriptionMrrPart(models.Model):
    """How much of a movement of MRR comes from one product; the parts add up to the movement."""

    _name = "subscription.mrr.part"
    _description = "MRR Movement by Product"
    _inherit = ["subscription.protected.mixin", "subscription.company.money.mixin"]
    _money_currency = "company_currency_id"
    _order = "event_id desc, id"
    _rec_name = "product_id"

    event_id = fields.Many2one(
        "subscription.mrr.event",
        "MRR Movement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one(
        "product.product", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(related="event_id.company_id")
    amount = fields.Float(
        "Change in Contract Currency", digits=(16, 6), readonly=True, aggregator=None
    )
    company_amount = ExactMonetary(
        "MRR Change", currency_field="company_currency_id", readonly=True
    )
    kind = fields.Selection(related="event_id.kind")
    effective_date = fields.Date(related="event_id.effective_date")
    known_on = fields.Date(related="event_id.known_on")
    order_id = fields.Many2one(related="event_id.order_id")
    partner_id = fields.Many2one(related="event_id.partner_id")
    company_currency_id = fields.Many2one(related="event_id.company_currency_id")

    def init(self):
        """Let PostgreSQL refuse what the code refuses."""
        protect(self.env.cr, self._table)

    def write(self, vals):
        """Refuse every change, as of the movement."""
        if vals:
            raise UserError(self.env["subscription.mrr.event"]._get_refusal())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """Refuse to forget a part, as of the movement."""
        raise UserError(self.env["subscription.mrr.event"]._get_refusal())
