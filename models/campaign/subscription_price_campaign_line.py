from odoo import api, fields, models

from ...engine.money import to_decimal
from ...engine.period import FOREVER, Period
from ...engine.price_rise import is_finer, rediscount, reprice
from ...engine.segment import segment_at
from .priced_segments import get_priced_segments, is_renewal_offered


class SubscriptionPriceCampaignRule(models.Model):
    """The percentage by which a campaign raises one product."""

    _name = "subscription.price.campaign.rule"
    _description = "Price Campaign Rule"
    _inherit = ["subscription.protected.mixin"]
    _order = "campaign_id, id"

    campaign_id = fields.Many2one(
        "subscription.price.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="campaign_id.company_id", store=True, precompute=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        domain="[('is_recurring', '=', True)]",
    )
    percentage = fields.Float(
        "Index (%)", digits=(16, 6), required=True, help="Negative to lower the price."
    )

    _product_once = models.Constraint(
        "UNIQUE (campaign_id, product_id)",
        "A campaign cannot hold two percentages for one product.",
    )


class SubscriptionPriceCampaignLine(models.Model):
    """The new price of one contract line: proposed, planned, or taken back."""

    _name = "subscription.price.campaign.line"
    _description = "Price Campaign Line"
    _inherit = ["subscription.protected.mixin"]
    _order = "id"

    campaign_id = fields.Many2one(
        "subscription.price.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="campaign_id.company_id", store=True, precompute=True)
    line_id = fields.Many2one(
        "sale.order.line",
        "Order Line",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    order_id = fields.Many2one(
        "sale.order",
        "Contract",
        related="line_id.order_id",
        store=True,
        index=True,
        precompute=True,
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    product_id = fields.Many2one(related="line_id.product_id")
    currency_id = fields.Many2one(
        related="line_id.currency_id", store=True, precompute=True, depends=["line_id"]
    )
    state = fields.Selection(
        [
            ("todo", "Proposed"),
            ("done", "Planned"),
            ("failed", "Refused"),
            ("undone", "Taken Back"),
        ],
        "Status",
        default="todo",
        required=True,
        readonly=True,
    )
    shown_state = fields.Selection(
        [
            ("todo", "Proposed"),
            ("done", "Planned"),
            ("failed", "Refused"),
            ("undone", "Taken Back"),
            ("ended", "Contract Ends Before"),
        ],
        "Where It Stands",
        compute="_compute_shown_state",
        help="The status of the line, or that its contract ends before the new price begins.",
    )
    is_excluded = fields.Boolean("Skip", help="This line keeps its price.")
    start_date = fields.Date("From", required=True, readonly=True, help="First day of the price.")
    end_date = fields.Date(
        "Until (excluded)",
        readonly=True,
        help="First day of another price that was planned before. Empty: until further notice.",
    )
    quantity = fields.Float(digits="Product Unit", readonly=True)
    old_price = fields.Float(min_display_digits="Product Price", readonly=True)
    new_price = fields.Float(min_display_digits="Product Price")
    old_discount = fields.Float("Old Discount (%)", digits="Discount", readonly=True)
    new_discount = fields.Float(
        "New Discount (%)",
        digits="Discount",
        readonly=True,
        help="A discount that a pricelist gave becomes that of the new one; an agreed one stays.",
    )
    change = fields.Float(
        "Change (%)", compute="_compute_change", store=True, precompute=True, digits=(16, 2)
    )
    old_mrr = fields.Monetary(
        "Old MRR", compute="_compute_mrr", store=True, precompute=True, aggregator=None
    )
    new_mrr = fields.Monetary(
        "New MRR", compute="_compute_mrr", store=True, precompute=True, aggregator=None
    )
    warning = fields.Char("Mind", compute="_compute_warning", help="What to look at twice.")
    reason = fields.Text("Why It Was Refused", readonly=True)
    notified_at = fields.Datetime("Notice Sent", readonly=True)

    _line_once = models.Constraint(
        "UNIQUE (campaign_id, line_id)", "A campaign holds each contract line once."
    )
    _price_not_negative = models.Constraint(
        "CHECK (new_price >= 0 OR old_price < 0)", "A new price cannot be negative."
    )

    @api.depends("state", "start_date", "order_id.subscription_end_date")
    def _compute_shown_state(self):
        for line in self:
            line.shown_state = "ended" if line._is_ended() else line.state

    def _is_ended(self):
        """Return whether the contract of this line ends before the price that is planned for it.

        A price that the renewal of the contract offers, or was agreed at, has a contract still.
        """
        self.ensure_one()
        order, end = self.order_id, self.order_id.subscription_end_date
        if self.state != "done" or not end or not self.start_date or self.start_date < end:
            return False
        return not is_renewal_offered(order) and not order._get_confirmed_renewal()

    @api.depends("old_price", "new_price", "old_discount", "new_discount")
    def _compute_change(self):
        for line in self:
            old = line.old_price * (100 - line.old_discount)
            new = line.new_price * (100 - line.new_discount)
            line.change = 100 * (new - old) / old if old else 0.0

    @api.depends(
        "old_price",
        "new_price",
        "old_discount",
        "new_discount",
        "campaign_id.method",
        "campaign_id.rounding",
        "campaign_id.percentage",
        "campaign_id.rule_ids.percentage",
    )
    @api.depends_context("lang")
    def _compute_warning(self):
        """Flag prices that nobody expects: free, lower by a rise, or finer than was asked."""
        for line in self:
            line.warning = line._get_warning()

    def _get_warning(self):
        old, new = self._get_old_price(), self._get_new_price()
        if old and not new:
            return self.env._("The new price is 0: the line becomes free of charge.")
        has_fallen = new * (100 - to_decimal(self.new_discount)) < old * (
            100 - to_decimal(self.old_discount)
        )
        if has_fallen and not self._is_meant_to_fall():
            return self.env._("The new price is lower than the old one.")
        if self.campaign_id.method == "pricelist":
            return False
        if is_finer(new, to_decimal(self.campaign_id.rounding)):
            return self.env._("The new price is finer than the rounding of the campaign.")
        return False

    def _is_meant_to_fall(self):
        """Return whether the percentage of the campaign lowers this price."""
        campaign, price = self.campaign_id, self.old_price
        if campaign.method == "percentage":
            percentage = campaign.percentage
        else:
            rules = campaign.rule_ids.filtered(lambda rule: rule.product_id == self.product_id)
            percentage = sum(rules.mapped("percentage"))
        return percentage * price < 0

    @api.depends("start_date", "quantity", "old_price", "new_price", "old_discount", "new_discount")
    def _compute_mrr(self):
        """Compare both prices on the first day of the new one, with the quantity of that day."""
        for line in self:
            segments = line._get_segments()
            segment = segment_at(segments, line.start_date) if line.start_date else None
            if line.state not in ("todo", "failed") or segment is None:
                line.old_mrr, line.new_mrr = line.old_mrr, line.new_mrr
                continue
            raised = reprice(
                (segment,), line._get_span(), segment.terms.price, line._get_new_price()
            )
            raised = line._change_discount(raised, "old_discount", "new_discount")
            line.old_mrr = line.line_id._get_segment_mrr(segment)
            line.new_mrr = line.line_id._get_segment_mrr(segment_at(raised, line.start_date))

    # ------------------------------------------------------------------
    # Engine facts
    # ------------------------------------------------------------------

    def _get_segments(self):
        """Return the segments of the contract line, and of its renewal, as engine segments."""
        return get_priced_segments(self.line_id)

    def _get_span(self):
        """Return the days of the new price as an engine period."""
        return Period(self.start_date, self.end_date or FOREVER)

    def _give_new_price(self, segments):
        """Return engine segments with the price and discount of this line on its days."""
        segments = reprice(segments, self._get_span(), self._get_old_price(), self._get_new_price())
        return self._change_discount(segments, "old_discount", "new_discount")

    def _give_old_price(self, segments):
        """Return engine segments without the price and discount of this line."""
        segments = reprice(segments, self._get_span(), self._get_new_price(), self._get_old_price())
        return self._change_discount(segments, "new_discount", "old_discount")

    def _change_discount(self, segments, before, after):
        """Return engine segments with another discount, given by the names of two fields."""
        old, new = self[before], self[after]
        if old == new:
            return segments
        return rediscount(segments, self._get_span(), to_decimal(old), to_decimal(new))

    def _get_old_price(self):
        return to_decimal(self.old_price)

    def _get_new_price(self):
        return to_decimal(self.new_price)
