from odoo import api, fields, models
from odoo.exceptions import UserError


class SubscriptionRampStep(models.Model):
    """What a quotation line becomes from one of its periods on; a step once it is confirmed."""

    _name = "subscription.ramp.step"
    _description = "Planned Step of a Quotation Line"
    _inherit = ["subscription.values.mixin", "subscription.protected.mixin"]
    _order = "line_id.id, period, id"

    line_id = fields.Many2one(
        "sale.order.line",
        "Product",
        required=True,
        index=True,
        ondelete="cascade",
    )
    order_id = fields.Many2one(
        "sale.order",
        related="line_id.order_id",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    period = fields.Integer(
        "From Period",
        required=True,
        default=2,
        help="Number of the first period with these values. The first paid period is 1, also "
        "when it is a short one.",
    )
    price_unit = fields.Float(compute="_compute_price_unit", precompute=False)
    discount = fields.Float(compute="_compute_discount", precompute=False)
    offered_price = fields.Float(
        min_display_digits="Product Price",
        readonly=True,
        copy=False,
        help="Price that a quotation asks at this quantity. Another one was typed.",
    )
    offered_discount = fields.Float(
        digits="Discount",
        readonly=True,
        copy=False,
        help="Discount that a quotation gives at this quantity. Another one was typed.",
    )

    _one_per_period = models.Constraint(
        "UNIQUE (line_id, period)",
        "A line can change only once per period. Put both changes into one row.",
    )
    _not_the_first_period = models.Constraint(
        "CHECK (period >= 2)",
        "The first period is what the line itself says. Plan a change from period 2 on.",
    )
    _quantity_not_negative = models.Constraint(
        "CHECK (quantity >= 0)", "The planned quantity of a line cannot be negative."
    )
    _discount_is_percentage = models.Constraint(
        "CHECK (discount <= 100)", "A planned discount cannot be more than 100 %."
    )

    @api.depends("line_id")
    def _compute_values(self):
        """Begin with what the line says: whoever plans types only what changes."""
        for step in self:
            step.quantity = step.line_id.product_uom_qty

    @api.depends("line_id.price_unit", "line_id.product_uom_qty", "quantity")
    def _compute_price_unit(self):
        """Ask what a quotation of the planned quantity asks, unless somebody typed a price."""
        for step in self:
            step._take_offer("price_unit", "offered_price")

    @api.depends("line_id.discount", "line_id.product_uom_qty", "quantity")
    def _compute_discount(self):
        """Give what a quotation of the planned quantity gives, unless a discount was typed."""
        for step in self:
            step._take_offer("discount", "offered_discount")

    def _take_offer(self, name, offered_name):
        """Follow the offer in one value; what was typed stays, and so does what a contract has.

        :param str name: field of a line and of this row
        :param str offered_name: field with what was offered last
        """
        is_typed = self._origin and self[name] and self[name] != self[offered_name]
        if is_typed or self.sudo().order_id._is_subscription_started():
            self[name] = self[name]
            return
        self[name] = self[offered_name] = self._get_offered(name)

    def _get_offered(self, name):
        """Return what a line of the planned quantity would have in a field.

        A price that was typed on the line holds for every quantity.
        """
        line = self.line_id
        is_agreed = line.currency_id and line.price_unit != line.technical_price_unit
        if not line or is_agreed or self.quantity == line.product_uom_qty:
            return line[name]
        line = line._origin or line
        probe = line.new(origin=line)
        probe.product_uom_qty = self.quantity
        return probe[name]

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse steps of contracts that run: those are planned on the contract."""
        steps = super().create([self._drop_order(vals) for vals in vals_list])
        steps._check_quotation()
        return steps

    def write(self, vals):
        """Refuse to rewrite what a contract began with."""
        self._check_quotation()
        result = super().write(self._drop_order(vals))
        self._check_quotation()
        return result

    @api.model
    def _drop_order(self, vals):
        """Return values without the order, which follows from the line. Its form gives both."""
        return {name: value for name, value in vals.items() if name != "order_id"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        self._check_quotation()

    def _check_quotation(self):
        """Refuse steps of contracts that run, and of lines of somebody else.

        :raise UserError: the contract of one of these steps runs already
        :raise AccessError: no right to write the line of one of these steps
        """
        self.line_id.check_access("write")
        # sudo: whoever may edit these may not read the dates of every order
        for step in self.sudo():
            if step.order_id._is_subscription_started():
                raise UserError(
                    self.env._(
                        "%(order)s runs already. Plan a change on the contract instead.",
                        order=step.order_id.name,
                    )
                )
