from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.money import to_decimal
from ...engine.segment import Segment
from .change_text import ChangeText


class SubscriptionSegment(models.Model):
    """One segment of a recurring line: a span with its quantity and terms.

    Spans are half-open: ``end_date`` is the first day that no longer belongs to the segment.
    One never changes but for its end; other values are another one.
    """

    _name = "subscription.segment"
    _description = "Subscription Segment"
    _inherit = [
        "subscription.terms.mixin",
        "subscription.span.mixin",
        "subscription.protected.mixin",
    ]
    _order = "line_id, start_date, id"

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
    company_id = fields.Many2one(related="line_id.company_id", store=True, precompute=True)
    product_id = fields.Many2one(related="line_id.product_id")
    end_date = fields.Date(
        help="First day that no longer belongs to this segment. Empty: until further notice.",
    )
    quantity = fields.Float(digits="Product Unit", readonly=True)
    discount_kind = fields.Selection(
        [("permanent", "Permanent"), ("limited", "Limited in time"), ("trial", "Trial")],
        default="permanent",
        required=True,
        readonly=True,
        help="Whether this segment is the normal one, a discount that ends by itself, or a trial.",
    )

    is_planned = fields.Boolean(
        "Planned",
        compute="_compute_is_planned",
        store=True,
        precompute=True,
        readonly=False,
        help="Its first day is still to come, or the contract was not told yet that it came.",
    )

    # The run looks for segments whose day has come; those that are in force cost nothing.
    _due_to_begin = models.Index("(start_date) WHERE is_planned IS TRUE")
    # int4range(a, a, '[]') overlaps exactly when the lines are equal, and needs no extension.
    # Deferred, because a change closes one segment and opens the next within one transaction.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(line_id, line_id, '[]') WITH &&, "
        "daterange(start_date, end_date) WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "Two segments of one contract line overlap in time.",
    )
    _starts_before_end = models.Constraint(
        "CHECK (end_date IS NULL OR start_date < end_date)",
        "A segment of a contract line must start before it ends.",
    )
    _quantity_not_negative = models.Constraint(
        "CHECK (quantity >= 0)", "The quantity of a contract line cannot be negative."
    )

    @api.depends("start_date")
    def _compute_is_planned(self):
        for segment in self:
            today = segment.line_id.order_id._subscription_today()
            segment.is_planned = bool(segment.start_date and segment.start_date > today)

    def write(self, vals):
        """Refuse everything but a new end: what was agreed for a span is history."""
        if set(vals) - {"end_date", "is_planned", "order_id", "company_id"}:
            raise UserError(
                self.env._(
                    "A segment of a contract line cannot be edited. "
                    "Change the line on a date instead: this closes one segment and opens another."
                )
            )
        result = super().write(vals)
        self._hook_on_written()
        return result

    def _hook_on_written(self):
        """Hook. Called after the ends of segments were written. Return nothing."""

    def _get_engine_segment(self):
        """Return this segment as an engine value.

        :rtype: engine.segment.Segment
        """
        self.ensure_one()
        return Segment(
            start=self.start_date,
            end=self.end_date or None,
            quantity=to_decimal(self.quantity),
            terms=self._get_engine_terms(),
            kind=self.discount_kind,
        )

    @api.model
    def _prepare_segment_values(self, line, segment):
        """Turn an engine segment into the values of a record of the given order line."""
        return {
            **self._prepare_terms_values(segment.terms, line.currency_id),
            "line_id": line.id,
            "start_date": segment.start,
            "end_date": segment.end or False,
            "quantity": float(segment.quantity),
            "discount_kind": segment.kind,
        }

    def _apply_due(self):
        """Mirror those of these segments whose day has come, and log what they changed.

        :return: True, always
        """
        order = self.order_id
        order.ensure_one()
        today = order._subscription_today()
        segments = self.filtered(lambda segment: segment.is_planned and segment.start_date <= today)
        # sudo: nobody edits segments by hand; that their day has come changes nothing agreed
        segments.sudo().is_planned = False
        order._mirror_segments()
        for segment in segments:
            ChangeText(order).log_segment(segment)
        return True
