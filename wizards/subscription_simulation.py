from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.period import FOREVER, Period
from ..models.preview.tried import Tried


class SubscriptionSimulation(models.TransientModel):
    """Show the coming months of a contract, with a change to try; never writes anything."""

    _name = "subscription.simulation"
    _description = "Simulate a Contract"
    _inherit = ["subscription.values.mixin"]

    order_id = fields.Many2one("sale.order", "Contract", required=True, ondelete="cascade")
    is_amendment = fields.Boolean(compute="_compute_is_amendment")
    kind = fields.Selection(
        [
            ("none", "Nothing: as it is agreed"),
            ("line", "A line changes"),
            ("pause", "Service pauses"),
            ("end", "The contract ends"),
        ],
        "Try Out",
        required=True,
        default="none",
        help="What you type here is only tried out. Nothing of it is written.",
    )
    line_id = fields.Many2one(
        "sale.order.line",
        compute="_compute_line_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('order_id', '=', order_id), ('recurrence_id', '!=', False)]",
    )
    date = fields.Date(
        "From",
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        help="First day of the change, or first day without service.",
    )
    until_date = fields.Date("Until (excluded)", help="The day on which it is over again.")
    result = fields.Json(compute="_compute_result")

    @api.depends("order_id")
    def _compute_is_amendment(self):
        for wizard in self:
            wizard.is_amendment = wizard.order_id._is_amendment()

    @api.depends("order_id")
    def _compute_date(self):
        for wizard in self:
            order = wizard.order_id
            wizard.date = order and max(
                order._subscription_today(), order._get_subscription_start()
            )

    @api.depends("order_id", "kind")
    def _compute_line_id(self):
        for wizard in self:
            if wizard.kind == "line" and not wizard.line_id:
                wizard.line_id = wizard.order_id._get_recurring_lines()[:1]

    @api.depends("line_id")
    def _compute_values(self):
        for wizard in self:
            line = wizard.line_id
            wizard.quantity = line.product_uom_qty
            wizard.price_unit = line.price_unit
            wizard.discount = line.discount

    @api.depends(
        "order_id", "kind", "line_id", "date", "until_date", "quantity", "price_unit", "discount"
    )
    def _compute_result(self):
        for wizard in self:
            wizard.result = wizard._get_result() if wizard.order_id else False

    def _get_result(self):
        """Return the contract as it is and, while something is tried out, how it would be.

        An amendment is compared with the contract that it would change.

        :return: ``before`` and ``after`` as `sale.order` makes them, the latter False when
            nothing is tried out; ``error``: a sentence when the change is refused
        :rtype: dict
        """
        order = self.order_id._origin
        before = order._get_simulated_contract()._get_simulation()
        result = {"before": before, "after": False, "error": before["error"]}
        try:
            change = self._get_change()
            if change or self.is_amendment:
                result["after"] = order._get_simulation(change)
                result["error"] = result["error"] or result["after"]["error"]
        except UserError as error:
            result["error"] = str(error)
        return result

    def _get_change(self):
        """Return what is tried out.

        :rtype: Tried | None
        :raise UserError: the days do not fit together
        """
        day, until = self.date, self.until_date
        if self.kind == "none" or not day:
            return None
        if self.kind != "end" and until and until <= day:
            raise UserError(
                self.env._("The change would be over before it begins. Choose a later day.")
            )
        template = self.order_id._get_subscription_template()
        if self.kind == "pause":
            taken = self.order_id._get_pause_conflict(day, until or None)
            if taken:
                raise UserError(taken._get_conflict_text())
            gap = Period(day, until or FOREVER)
            return Tried(
                gap=gap,
                is_forfeit=template.credit_on_pause == "forfeit",
                is_restart=template._get_pause_anchor() == "restart",
            )
        if self.kind == "end":
            self.order_id._check_close_date(day)
            return Tried(end=day, is_forfeit=template.credit_on_close == "forfeit")
        return self._get_line_change(day, until)

    def _get_line_change(self, day, until):
        """Return what changes on the line, None while nothing does."""
        line = self.line_id._origin
        typed = {
            name: self[field]
            for name, field in (
                ("quantity", "quantity"),
                ("price_unit", "price_unit"),
                ("discount", "discount"),
            )
            if line and line._differs(name, self[field])
        }
        return Tried(line=line, day=day, until=until or None, **typed) if typed else None
