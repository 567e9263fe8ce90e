from odoo import fields, models

from ..terms.subscription_template import TERM_UNITS


class SubscriptionAcceptedOffer(models.Model):
    """A customer stayed because of an offer; what was agreed is copied, and never edited."""

    _name = "subscription.accepted.offer"
    _description = "Accepted Offer"
    _inherit = ["subscription.protected.mixin"]
    _order = "accepted_date desc, id desc"

    order_id = fields.Many2one(
        "sale.order",
        "Contract",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    reason_id = fields.Many2one(
        "subscription.close.reason",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
        help="Why the customer wanted to leave.",
    )
    accepted_date = fields.Date("Accepted On", required=True, readonly=True)
    kind = fields.Selection(
        [("discount", "Discount"), ("pause", "Pause"), ("template", "Subscription Template")],
        "Offer",
        required=True,
        readonly=True,
    )
    discount = fields.Float("Discount (%)", digits="Discount", readonly=True)
    count = fields.Integer("For", readonly=True, help="Periods of the discount, or the pause.")
    unit = fields.Selection(TERM_UNITS, "Unit of the Pause", readonly=True)
    template_id = fields.Many2one(
        "subscription.template",
        "Switched To",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    start_date = fields.Date("First Day", readonly=True)
    end_date = fields.Date(
        "Ends (Excluded)",
        readonly=True,
        help="First day on which what was agreed before holds again.",
    )
