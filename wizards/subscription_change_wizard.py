from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.change import period_start, segment_from
from ..engine.errors import EngineError
from ..models.preview.change_preview import ChangePreview
from ..models.preview.preview import Preview

VALUES = ("quantity", "price_unit", "discount")


class SubscriptionChangeWizard(models.TransientModel):
    """Ask what changes on a running line, from when until when, and show what that costs."""

    _name = "subscription.change.wizard"
    _description = "Change a Contract Line"
    _inherit = ["subscription.wizard.mixin", "subscription.values.mixin"]

    currency_id = fields.Many2one(related="order_id.currency_id")
    available_line_ids = fields.Many2many(
        "sale.order.line", string="Lines to Choose From", compute="_compute_available_line_ids"
    )
    line_id = fields.Many2one(
        "sale.order.line",
        "Product",
        compute="_compute_line_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', available_line_ids)]",
    )
    product_id = fields.Many2one(related="line_id.product_id", string="Line")
    when = fields.Selection(
        [
            ("period", "When the next period begins"),
            ("now", "Today"),
            ("date", "On a day I choose"),
        ],
        "Changes",
        required=True,
        default="period",
        help="Days that are billed already are charged or credited by the difference.",
    )
    start_date = fields.Date(
        "First Day",
        compute="_compute_start_date",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="First day on which the new values hold.",
    )
    lasting = fields.Selection(
        [
            ("good", "Until further notice"),
            ("periods", "For some periods"),
            ("date", "Until a day I choose"),
        ],
        "Lasts",
        required=True,
        default="good",
        help="What was agreed before comes back by itself afterwards.",
    )
    period_count = fields.Integer("Periods", default=1)
    last_date = fields.Date("Last Day", help="Last day on which the new values hold.")
    quantity = fields.Float(
        help="From the first day on. 0 stops this line without ending the contract."
    )
    # What held on the first day when the values were shown: whatever differs was typed.
    base_line_id = fields.Many2one(
        "sale.order.line",
        "Line of the Values Before",
        compute="_compute_values",
        store=True,
        precompute=True,
    )
    base_quantity = fields.Float(
        "Quantity Before", compute="_compute_values", store=True, precompute=True
    )
    base_price_unit = fields.Float(
        "Unit Price Before", compute="_compute_values", store=True, precompute=True
    )
    base_discount = fields.Float(
        "Discount Before (%)", compute="_compute_values", store=True, precompute=True
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("order_id")
    def _compute_available_line_ids(self):
        for wizard in self:
            wizard.available_line_ids = wizard._get_available_lines()

    def _get_available_lines(self):
        """Return the lines of the contract of which something is left to change."""
        order = self.order_id
        today = order._subscription_today()
        return order._get_recurring_lines().filtered(
            lambda line: line.segment_ids and not line._has_ended(today)
        )

    @api.depends("order_id")
    def _compute_line_id(self):
        for wizard in self:
            wizard.line_id = wizard.line_id or wizard._get_available_lines()[:1]

    @api.depends("line_id", "when")
    def _compute_start_date(self):
        for wizard in self:
            if not wizard.line_id:
                wizard.start_date = wizard.start_date or False
            elif wizard.when == "now":
                wizard.start_date = wizard._get_first_day()
            elif wizard.when == "period" or not wizard.start_date:
                wizard.start_date = wizard._get_next_period()

    @api.depends("line_id", "start_date")
    def _compute_values(self):
        """Show what holds on the first day, but keep what was typed."""
        for wizard in self:
            line = wizard.line_id
            segment = wizard._get_segment()
            for name in VALUES:
                base = f"base_{name}"
                value = wizard._get_value(segment, name) if segment else 0.0
                if wizard.base_line_id != line or wizard[name] == wizard[base]:
                    wizard[name] = value
                wizard[base] = value
            wizard.base_line_id = line

    # ------------------------------------------------------------------
    # What was typed
    # ------------------------------------------------------------------

    def _get_first_day(self):
        """Return today, or the first day of a contract that is still to begin."""
        order = self.order_id
        return max(order._subscription_today(), order._get_subscription_start())

    def _get_segments(self):
        return [segment._get_engine_segment() for segment in self.line_id.segment_ids]

    def _get_segment(self):
        """Return the engine segment that holds on the first day, None if there is none."""
        if not self.order_id:
            return None
        try:
            return segment_from(self._get_segments(), self.start_date or self._get_first_day())
        except EngineError:
            return None

    def _get_next_period(self):
        """Return first day of the next period of the line."""
        day = self._get_first_day()
        try:
            segment = segment_from(self._get_segments(), day)
        except EngineError:
            return day
        return segment.terms.grid.next_boundary(max(day, segment.start))

    def _get_value(self, segment, name):
        """Return a value of an engine segment, by the name of the field."""
        if name == "quantity":
            return float(segment.quantity)
        return float(segment.terms.price if name == "price_unit" else segment.terms.discount)

    def _get_typed_values(self):
        """Return the values that differ from what holds on the first day, by field name."""
        return {name: self[name] for name in VALUES if self[name] != self[f"base_{name}"]}

    def _get_until(self):
        """Return the first day on which what was agreed before comes back, None for never.

        :raise UserError: the number of periods or the last day is missing
        """
        if self.lasting == "periods":
            if self.period_count < 1:
                raise UserError(self.env._("A change lasts for 1 period or more."))
            grid = self._get_segment().terms.grid
            return period_start(grid, self.start_date, self.period_count + 1)
        if self.lasting == "date":
            if not self.last_date:
                raise UserError(self.env._("Choose the last day on which the new values hold."))
            return fields.Date.add(self.last_date, days=1)
        return None

    @api.model
    def _get_preview_fields(self):
        days = ("line_id", "start_date", "lasting", "period_count", "last_date")
        return (*days, *VALUES, "base_quantity")

    def _is_preview_ready(self):
        return bool(self.line_id and self.start_date)

    def _get_preview(self):
        """Return what the change would charge and credit, and each later period costs."""
        order = self.order_id
        typed = self._get_typed_values()
        if not typed:
            preview = Preview(order).prepare([])
            preview["reasons"] = [
                self.env._("Nothing changes yet. Type another quantity, price or discount.")
            ]
            return preview
        try:
            until = self._get_until() if self._get_segment() else None
        except UserError as error:
            return Preview(order).prepare([], error=str(error))
        values = order._prepare_change_values(**typed)
        return ChangePreview(order).for_change(self.line_id._origin, self.start_date, values, until)

    # ------------------------------------------------------------------
    # Button
    # ------------------------------------------------------------------

    def action_change(self):
        """Change the line, or plan its change."""
        self.ensure_one()
        order, line = self.order_id, self.line_id
        order._check_subscription_operator()
        typed = self._get_typed_values()
        if not typed:
            raise UserError(
                self.env._(
                    "Nothing changes on %(product)s. Type another quantity, price or discount.",
                    product=line.product_id.display_name,
                )
            )
        line._check_begun_write({"product_uom_qty": self.quantity})
        until = self._get_until() if self._get_segment() else None
        order._subscription_change_line(line, self.start_date, until=until, **typed)
        return {"type": "ir.actions.act_window_close"}
