from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.change import Ramp
from ...engine.money import to_decimal
from ...tools import get_number_text
from .setup_fee import SetupFee


class SaleOrderLine(models.Model):
    """How a recurring line begins: free, cheaper for some periods, or growing step by step."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "subscription.intro.mixin"]

    ramp_step_ids = fields.One2many("subscription.ramp.step", "line_id", "Ramp", copy=True)

    is_setup_fee = fields.Boolean(
        "Set-up Fee",
        compute="_compute_is_setup_fee",
        store=True,
        help="Put here by the subscription template of the contract.",
    )

    @api.depends("product_id")
    def _compute_is_setup_fee(self):
        """Tell the set-up fee by its product; what it is does not change with the terms."""
        for line in self:
            wanted = SetupFee(line.order_id).get_source().setup_product_id
            line.is_setup_fee = bool(wanted) and line.product_id == wanted

    def _get_price_beside_list(self):
        """Ask what the terms ask for the set-up fee, where they say another price than its own."""
        product, price = SetupFee(self.order_id).get() if self.is_setup_fee else (None, 0.0)
        is_fee = bool(price) and product == self.product_id
        return price if is_fee else super()._get_price_beside_list()

    def _get_agreed_fields(self):
        """Add with what the line began."""
        return super()._get_agreed_fields() | {"intro_discount", "intro_period_count"}

    def _get_limited_discount(self):
        """Return discount and number of periods that it holds for, None without one."""
        if not self.intro_discount or self.intro_period_count <= 0:
            return None
        return to_decimal(self.intro_discount), self.intro_period_count

    def _get_ramps(self):
        """Return the planned segments of a quotation line as engine values."""
        # sudo: a customer who looks at a quotation has no right to read its planned segments
        return [
            Ramp(
                segment.period,
                quantity=to_decimal(segment.quantity),
                price=to_decimal(segment.price_unit),
                discount=to_decimal(segment.discount),
            )
            for segment in self.sudo().ramp_step_ids
        ]

    def _prepare_typed_values(self):
        """Return what was typed on this line, where its first segments may have changed it since.

        :return: values of the line, nothing when it began as it was typed
        :rtype: dict
        """
        self.ensure_one()
        segments = self.segment_ids.sorted("start_date")
        paid = segments.filtered(lambda segment: segment.discount_kind != "trial")
        lasting = segments.filtered(lambda segment: segment.discount_kind == "permanent")
        # sudo: as in _get_ramps
        has_ramp, values = bool(self.sudo().ramp_step_ids), {}
        if lasting and (has_ramp or segments - lasting):
            values["discount"] = lasting[0].discount
        if paid and has_ramp:
            values["product_uom_qty"] = paid[0].quantity
            values["price_unit"] = values["technical_price_unit"] = paid[0].price_unit
        return values

    def _get_portal_texts(self):
        """Tell customers what changes by itself, while it is a quotation."""
        texts = super()._get_portal_texts()
        order = self.order_id
        if not texts or order.state not in ("draft", "sent") or not order._is_new_contract():
            return texts
        return [*texts, *self._get_intro_texts(), *self._get_ramp_texts()]

    def _get_intro_texts(self):
        limited = self._get_limited_discount()
        if not limited:
            return []
        percent = get_number_text(self.intro_discount)
        if self.intro_period_count == 1:
            return [self.env._("%(percent)s %% off the first period", percent=percent)]
        return [
            self.env._(
                "%(percent)s %% off the first %(count)s periods",
                percent=percent,
                count=self.intro_period_count,
            )
        ]

    def _get_ramp_texts(self):
        # sudo: as in _get_ramps
        return [
            self.env._(
                "from period %(period)s on: %(quantity)s at %(price)s each",
                period=segment.period,
                quantity=get_number_text(segment.quantity),
                price=self.currency_id._format_unit_price(
                    segment.price_unit * (1 - segment.discount / 100)
                ),
            )
            for segment in self.sudo().ramp_step_ids.sorted("period")
        ]

    @api.constrains("intro_discount", "intro_period_count")
    def _check_intro_discount(self):
        """Refuse half of an intro discount: it would give nothing, or nobody knows how long."""
        for line in self:
            if bool(line.intro_discount) != bool(line.intro_period_count):
                raise ValidationError(
                    self.env._(
                        "The intro discount of %(product)s needs both a percentage and a number "
                        "of periods.",
                        product=line.product_id.display_name,
                    )
                )

    def _get_lasting_quote(self):
        """Return what a line of a quotation is once all has changed that changes by itself. Hook.

        :return: quantity, price and discount, nothing where it stays as it is or where nothing
            lasts within the term
        :rtype: dict
        """
        self.ensure_one()
        order = self.order_id
        if order._is_new_contract() and not any(self._get_opening_limits().values()):
            return {}  # a page asks it of each line, and of most nothing changes
        segments = order._get_quoted_segments(self, order._get_subscription_start())
        if len(segments) < 2 or segments[-1].kind != "permanent":
            return {}
        last = segments[-1]
        return {
            "quantity": float(last.quantity),
            "price_unit": float(last.terms.price),
            "discount": float(last.terms.discount),
        }

    def _get_section_recurrences(self):
        """Return how often what stands below a heading is billed.

        A subtotal makes sense only where that is the same for all of it.

        :return: `subscription.recurrence` records, an empty one for lines that are sold once; one
            empty record for an order without recurring lines
        :rtype: list
        """
        self.ensure_one()
        none = self.env["subscription.recurrence"]
        if not self.order_id.is_subscription:
            return [none]
        lines = self._get_section_lines().filtered(lambda line: not line.display_type)
        lengths = {
            (line.recurrence_id.unit, line.recurrence_id.count): line.recurrence_id
            for line in lines
        }
        return list(lengths.values()) or [none]

    def _get_opening_limits(self):
        """Begin a new contract with its intro discount and its ramp."""
        if not self.order_id._is_new_contract():
            return super()._get_opening_limits()
        return {"limited": self._get_limited_discount(), "ramps": self._get_ramps()}
