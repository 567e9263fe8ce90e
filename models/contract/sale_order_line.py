from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const
from ...engine.money import to_decimal
from ...engine.recurrence import Grid
from ...engine.segment import Segment, Terms, mrr
from .lost_links import drop_lost_links

# Fields of a running line that mirror the segment in force, with the word of the change they make.
MIRRORED_FIELDS = {
    "product_uom_qty": "quantity",
    "price_unit": "price_unit",
    "discount": "discount",
}


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "subscription.protected.mixin"]

    recurrence_id = fields.Many2one(
        "subscription.recurrence",
        compute="_compute_recurrence_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        help="How often this line is billed. Empty: sold once.",
    )
    segment_ids = fields.One2many(
        "subscription.segment", "line_id", "Segments", copy=False, readonly=True
    )
    ledger_revision = fields.Integer(copy=False, default=0, readonly=True)
    billed_until_date = fields.Date(
        "Unbilled From",
        copy=False,
        readonly=True,
        help="First day that is not billed yet.",
    )
    recurring_monthly = fields.Float(
        "Monthly",
        compute="_compute_recurring_monthly",
        store=True,
        digits=(16, 6),
        help="Value of one month of this line, without taxes: a monthly price divided by its "
        "months, a yearly one by twelve.",
    )
    subscription_replaced_line_id = fields.Many2one(
        "sale.order.line",
        "Replaces",
        copy=False,
        index="btree_not_null",
        help="The line that this one goes on with, after a switch or a renewal.",
        readonly=True,
    )
    is_recurring = fields.Boolean(compute="_compute_is_recurring")
    is_begun = fields.Boolean(
        compute="_compute_is_begun",
        help="The line has begun to bill: its history can no longer be overwritten.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("product_id", "order_id.subscription_template_id")
    def _compute_recurrence_id(self):
        for line in self:
            if line._is_begun_line() or line._is_sold_once():
                continue
            if line.display_type or not line.product_id.is_recurring:
                line.recurrence_id = False
                continue
            template = line.order_id._get_subscription_template()
            offered = template.recurrence_id | template.recurrence_ids
            if line.recurrence_id and (not offered or line.recurrence_id in offered):
                continue
            line.recurrence_id = line.product_id._get_default_recurrence(offered)

    def _is_sold_once(self):
        """Return whether somebody saved this line without a recurrence.

        Other terms leave such a line alone, even if its product can be sold for every period.
        """
        saved = self._origin
        return bool(saved) and not saved.recurrence_id and saved.product_id == self.product_id

    @api.depends("recurrence_id", "display_type")
    def _compute_is_recurring(self):
        for line in self:
            line.is_recurring = bool(line.recurrence_id) and not line.display_type

    @api.depends("recurrence_id", "order_id.subscription_anchor_date")
    def _compute_is_begun(self):
        for line in self:
            line.is_begun = line._is_begun_line()

    @api.depends("recurrence_id", "price_subtotal", "display_type", "segment_ids.is_planned")
    def _compute_recurring_monthly(self):
        """Hook. Compute the monthly value; nothing for what is free today."""
        for line in self:
            is_free = line._get_subscription_basis() == "delivered" or line._is_in_trial()
            if not line.is_recurring or is_free:
                line.recurring_monthly = 0.0
                continue
            line.recurring_monthly = float(line._get_monthly_value())

    def _get_monthly_value(self):
        """Return the value of one month, without taxes, rounded to six places.

        The price per period comes from the line's own subtotal, so that taxes included in the
        price and the discount are taken out the way core does it.

        :rtype: decimal.Decimal
        """
        self.ensure_one()
        terms = Terms(
            grid=Grid(self.recurrence_id._get_engine_recurrence(), const.ANY_DAY),
            price=to_decimal(self.price_subtotal),
            discount=to_decimal(0),
            unit=None,
            convention="actual",
            timing="advance",
            currency=self.order_id._get_engine_currency(),
        )
        return mrr(Segment(const.ANY_DAY, None, to_decimal(1), terms))

    # ------------------------------------------------------------------
    # What core thinks of a recurring line
    # ------------------------------------------------------------------

    def _is_begun_line(self):
        """Return whether the history of this line is in its segments."""
        line = self._origin
        return bool(line.recurrence_id and line.order_id.subscription_anchor_date)

    def _is_recurring_confirmed(self):
        """Return whether this is a recurring line of a confirmed order. Hook."""
        return bool(self.recurrence_id) and not self.display_type and self.state == "sale"

    @api.depends("is_begun")
    def _compute_product_updatable(self):
        super()._compute_product_updatable()
        for line in self:
            if line._is_begun_line():
                line.product_updatable = False

    # ------------------------------------------------------------------
    # Writes on a running line are changes
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Let lines that are added to a confirmed order take part in its billing."""
        vals_list = [self._without_listed(vals) for vals in vals_list]
        drop_lost_links(self.env, vals_list)
        lines = super().create(vals_list)
        lines.filtered("recurrence_id")._hook_on_recurring_created()
        for order, added in lines.grouped("order_id").items():
            if order._is_subscription_started() and added.filtered("recurrence_id"):
                order._check_subscription_operator()
            if order.state == "sale":
                added.filtered(lambda line: not line.display_type)._join_contract()
            order._hook_on_lines_created(added)
        return lines

    def _hook_on_recurring_created(self):
        """Hook. Called with new recurring lines before they join contracts. Return nothing."""

    def _join_contract(self):
        """Hook. Open the first segment of recurring lines that were added to one confirmed order.

        What is sold once is billed with the next run.

        :raise UserError: the contract has ended
        """
        order = self.order_id
        order._subscription_claim()
        recurring = self.filtered(lambda line: line._is_recurring_confirmed())
        if recurring and not order._is_subscription_started():
            order._subscription_start()
        elif self and order.subscription_state in const.RUNNING_STATES:
            day = const.unseal(self.env.context, const.JOIN_DATE_KEY) or order._subscription_today()
            start = max(day, order.subscription_start_date)
            order._subscription_start_lines(recurring, start)
            order._hook_on_subscription_changed()
        elif recurring:
            raise UserError(
                self.env._(
                    "%(order)s has ended, so %(product)s would never be billed on it. "
                    "Make a new quotation instead.",
                    order=order.name,
                    product=recurring[0].product_id.display_name,
                )
            )

    def write(self, vals):
        """Take a change of quantity, price or discount of a running line as one from today on.

        The segments are the truth and the line is their mirror: the change closes the segment in
        force and opens another, and the difference is billed or credited.
        """
        if self._is_system_write():
            return super().write(vals)
        vals = self._without_listed(vals)
        self._check_moved_line(vals)
        running = self.filtered(lambda line: line._is_begun_line())
        running._check_agreed_write(vals)
        if vals.get("recurrence_id"):
            (self - running)._check_not_sold_once()
        changes = {MIRRORED_FIELDS[name]: vals[name] for name in MIRRORED_FIELDS if name in vals}
        if not running or not (changes or "recurrence_id" in vals or "product_uom_id" in vals):
            result = super().write(vals)
            if "product_id" in vals and "recurrence_id" not in vals:
                self._take_recurrence_of_product()
            if "recurrence_id" in vals and "price_unit" not in vals:
                self._take_agreed_price_back()
            running._hook_on_begun_written(vals)
            return result
        running._check_begun_write(vals)
        others = {name: value for name, value in vals.items() if name not in MIRRORED_FIELDS}
        others.pop("technical_price_unit", None)
        if self - running:
            super(SaleOrderLine, self - running).write(vals)
        if others:
            super(SaleOrderLine, running).write(others)
        for line in running:
            effective = {
                name: value for name, value in changes.items() if line._differs(name, value)
            }
            if effective:
                line.order_id._subscription_change_line(
                    line, line.order_id._subscription_today(), **effective
                )
        running._hook_on_begun_written(vals)
        return True

    def _hook_on_begun_written(self, vals):
        """Hook. Called after values were written on running lines. Return nothing.

        :param dict vals: what was written
        """

    def _take_recurrence_of_product(self):
        """Let quoted lines without a recurrence take that of the product they changed to."""
        for line in self.filtered(
            lambda line: (
                line.state in ("draft", "sent")
                and not line.recurrence_id
                and line.product_id.is_recurring
            )
        ):
            offered = line.order_id._get_subscription_template()._get_offered_recurrences()
            line.recurrence_id = line.product_id._get_default_recurrence(offered)

    def _check_not_sold_once(self):
        """Refuse to turn what was sold once into something that is billed again and again.

        :raise UserError: the order is confirmed
        """
        for line in self.filtered(lambda line: line.state == "sale"):
            raise UserError(
                self.env._(
                    "%(product)s is sold once on %(order)s. "
                    "Add another line to bill it for every period.",
                    product=line.product_id.display_name,
                    order=line.order_id.name,
                )
            )

    def _get_protected_fields(self):
        """Let the mirror of the segments through on locked orders: it writes what was agreed."""
        return [] if self._is_system_write() else super()._get_protected_fields()

    def _update_line_quantity(self, values):
        """Leave core's chatter note to changes that people type; the mirror is told elsewhere."""
        if not self._is_system_write():
            super()._update_line_quantity(values)

    def _differs(self, name, value):
        """Return whether the value would change the mirrored field of that name."""
        field = next(field for field, word in MIRRORED_FIELDS.items() if word == name)
        return to_decimal(self[field]) != to_decimal(value)

    def _check_begun_write(self, vals):
        """Refuse, in one sentence, what a running line does not allow.

        :raise UserError: locked order, another recurrence or unit, a negative quantity
        """
        for line in self:
            name = line.product_id.display_name
            if line.order_id.locked:
                raise UserError(
                    self.env._(
                        "%(order)s is locked. Unlock it before you change %(product)s.",
                        order=line.order_id.name,
                        product=name,
                    )
                )
            if "recurrence_id" in vals and vals["recurrence_id"] != line.recurrence_id.id:
                raise UserError(
                    self.env._(
                        "The recurrence of %(product)s cannot change while the contract runs. "
                        "End this line and add another one.",
                        product=name,
                    )
                )
            if "product_uom_id" in vals and vals["product_uom_id"] != line.product_uom_id.id:
                raise UserError(
                    self.env._(
                        "The unit of %(product)s cannot change while the contract runs. "
                        "End this line and add another one.",
                        product=name,
                    )
                )
            if vals.get("product_uom_qty", 0) < 0:
                raise UserError(
                    self.env._(
                        "The quantity of %(product)s cannot be negative. "
                        "Set it to 0 to stop this line today.",
                        product=name,
                    )
                )

    # ------------------------------------------------------------------
    # Engine facts
    # ------------------------------------------------------------------

    def _get_subscription_basis(self):
        """Return 'ordered' or 'delivered': of running lines by their segments, else by product."""
        # sudo: a customer who looks at a contract has no right to read its segments
        segments = self._origin.sudo().segment_ids
        by_product = "delivered" if self.product_id.invoice_policy == "delivery" else "ordered"
        return segments[:1].basis or by_product

    def _get_typed_terms(self):
        """Return the terms that the line as typed and the contract's template agree on.

        Used while the order is a quotation and when a segment is opened; afterwards the terms live
        in the segments.

        :rtype: engine.segment.Terms
        """
        self.ensure_one()
        order = self.order_id
        template = order._get_subscription_template()
        recurrence = self.recurrence_id._get_engine_recurrence()
        anchor = order._align_anchor(self._get_grid_anchor(), recurrence)
        basis = self._get_subscription_basis()
        return Terms(
            grid=Grid(recurrence, anchor),
            price=to_decimal(self.price_unit),
            discount=to_decimal(self.discount),
            unit=self.product_uom_id.id,
            convention=template.convention or "actual",
            timing="arrears" if basis == "delivered" else template.timing or "advance",
            currency=order._get_engine_currency(),
            basis=basis,
        )
