from dataclasses import replace
from itertools import pairwise

from odoo import models
from odoo.tools import float_round, format_date

from ... import const
from ...engine.amendment import carry_over
from ...engine.change import agreed_values, plan_from, renewed_segments
from ...engine.money import is_same_price, to_decimal
from ...engine.price_rise import list_discounted, list_priced, regular_discount, regular_price
from ...engine.recurrence import first_boundary
from ...engine.segment import coalesce
from ..contract.change_text import ChangeText
from .renewal_offer import RenewalOffer
from .simulated_terms import get_list_price_days

OFFERED_FIELDS = {
    "quantity": "product_uom_qty",
    "price": "price_unit",
    "discount": "discount",
}


class SaleOrderLine(models.Model):
    """What a line costs and holds when the next term of its contract begins."""

    _inherit = "sale.order.line"

    def _get_order_date(self):
        """Let the price of a running line be asked for another day than that of the order."""
        day = const.unseal(self.env.context, const.PRICE_DAY_KEY)
        return day or super()._get_order_date()

    def _get_list_pair_on(self, day, discount, is_given):
        """Return the price that a quotation of a day would offer for this line, and its discount.

        A discount that the pricelist gave becomes that of the day, or ends; one that was agreed
        stays in the place of the pricelist's.

        :param date day: day of sale
        :param discount: percentage that lasts beyond the day, None for none
        :param bool is_given: whether the pricelist gave it
        :return: price of one unit for one period, as typed on an order line, and percentage
        :rtype: tuple[float, Decimal | None]
        """
        self.ensure_one()
        line = self.with_context(**const.sealed(const.PRICE_DAY_KEY, day))
        line._compute_pricelist_item_id()
        if is_given:
            discount = line._get_rounded_discount(line._get_list_discount_of_today())
        price = line._get_display_price()
        is_item = line.combo_item_id or line.product_type == "combo"
        if not is_item and line.pricelist_item_id._show_discount():
            # A new quotation shows the rule as a discount; one of its own stands in its place.
            price = price if discount else line._get_pricelist_price()
        # The rule of that day must not be taken for the one of the order.
        self.invalidate_recordset(["pricelist_item_id"], flush=False)
        price = self.product_id._get_tax_included_unit_price_from_price(
            price,
            product_taxes=self.product_id.taxes_id._filter_taxes_by_company(self.company_id),
            fiscal_position=self.order_id.fiscal_position_id,
        )
        return price, discount

    def _get_rounded_discount(self, discount):
        """Return a percentage as an order line stores it, a `Decimal`."""
        digits = self._fields["discount"].get_digits(self.env)[1]
        return to_decimal(float_round(discount, digits))

    def _get_list_pricing(self, day, given):
        """Return what a renewal at list prices does to the segments of this line.

        Prices that are limited in time run out first, those that were planned for later stay.

        :param date day: first day of the new term
        :param list given: discounts of the pricelist from terms before; this one's is added
        :return: function from engine segments to engine segments
        """

        def set_price(segments):
            """Leave segments alone that have the list price already."""
            old, before = regular_price(segments, day), regular_discount(segments, day)
            is_given = bool(before) and (before in given or self._is_list_discount(before))
            price, discount = self._get_list_pair_on(day, before, is_given)
            if is_given:
                given.append(discount)
            if discount != before:
                segments = list_discounted(segments, day, discount)
            if old is None or is_same_price(old, price):
                return tuple(segments)
            return list_priced(segments, day, to_decimal(price))

        return set_price

    # ------------------------------------------------------------------
    # Renewal quotation
    # ------------------------------------------------------------------

    def _get_offered_plan(self, day):
        """Return what a renewal offers for this line of a contract, as if that had no end.

        :param date day: first day of the renewal
        :return: engine segments; none when the line was ended before its contract
        :rtype: tuple
        """
        self.ensure_one()
        segments = self._get_whole_plan()
        if self.order_id.subscription_renewal_price == "list":
            segments = self._get_list_pricing(day, [])(segments)
        return plan_from(segments, day)

    def _get_watched_plan(self, day):
        """Return the part of the plan whose changes matter to a renewal; arguments as above.

        A renewal at list prices does not mind the prices of its contract, and each order has the
        billing days of its own terms.
        """
        self.ensure_one()
        segments = self._get_whole_plan()
        if self.order_id.subscription_renewal_price == "list":
            segments = list_priced(segments, day, to_decimal(0))
        return coalesce(
            replace(
                segment,
                start=const.ANY_DAY if segment.start == day else segment.start,
                terms=replace(
                    segment.terms,
                    grid=replace(segment.terms.grid, anchor=const.ANY_DAY),
                    convention="actual",
                    timing="advance",
                ),
            )
            for segment in plan_from(segments, day)
        )

    def _prepare_renewed_line(self, plan, day):
        """Return the values of the line with which a renewal goes on with this one.

        :param plan: what it offers, engine segments
        :param date day: first day of the renewal
        :rtype: dict
        """
        self.ensure_one()
        return self.copy_data(
            {
                **self._prepare_offered_values(plan, day),
                "recurrence_id": self.recurrence_id.id,
                "subscription_replaced_line_id": self.id,
                # Ramps and intro discounts were turned into segments when the contract began.
                "ramp_step_ids": [],
                "intro_discount": 0.0,
                "intro_period_count": 0,
            }
        )[0]

    def _prepare_offered_values(self, plan, day):
        """Return quantity, price and discount that a line of a renewal shows for a plan.

        :param plan: engine segments
        :param date day: first day of the renewal
        :rtype: dict
        """
        values = agreed_values(plan, day)
        price = float(values["price"])
        return {
            "product_uom_qty": float(values["quantity"]),
            "price_unit": price,
            "technical_price_unit": price,
            "discount": float(values["discount"]),
        }

    def _keep_offered_price(self):
        """Let the price of renewal lines follow the quantity only where it is today's list price.

        Core takes a price that differs from ``technical_price_unit`` for one that somebody typed.
        """
        for line in self:
            line._as_system().with_context(sale_write_from_compute=True).write(
                {
                    "technical_price_unit": line._get_list_price_of_today(),
                    "subscription_list_discount": line._get_list_discount_of_today(),
                }
            )

    def _get_price_before(self):
        """Take the price that the renewal offered."""
        if plan := self._get_renewal_plan():
            return float(agreed_values(plan, RenewalOffer(self.order_id).get_day())["price"])
        return super()._get_price_before()

    def _get_renewal_plan(self):
        """Return the plan with which this line of a renewal quotation goes on.

        :return: engine segments as they were offered, none for a line that goes on with no other
        :rtype: tuple
        """
        self.ensure_one()
        offers = RenewalOffer(self.order_id).get_base().get("offers", {})
        return self._load_segments(offers.get(str(self.subscription_replaced_line_id.id), []))

    def _get_opening_segments(self, start):
        """Let a renewal go on with what is planned: a limited discount runs out on its day."""
        plan = self._get_renewal_plan()
        if not plan:
            return super()._get_opening_segments(start)
        quantity, terms = to_decimal(self.product_uom_qty), self._get_typed_terms()
        if self._is_another_than_before():
            return carry_over(plan, start, quantity, terms)
        day = RenewalOffer(self.order_id).get_day()
        segments = renewed_segments(plan, day, start, quantity, terms)
        before = plan[0].terms
        if (terms.convention, terms.grid) == ("none", before.grid) and before.convention == "none":
            # Only whole periods are billed: the contract before has billed the one that runs.
            return plan_from(segments, first_boundary(terms.grid, start))
        return segments

    def _is_out_of_service(self):
        """Count a line of a renewal as served while the contract before has billed its period."""
        return super()._is_out_of_service() and not self._is_served_by_period_before()

    def _is_served_by_period_before(self):
        """Return whether a renewal waits for the end of a whole period that is billed already.

        Where only whole periods are billed, a renewal that begins inside one bills from the next.
        The customer is served, and worth as much per month, on the days in between too.
        """
        line = self._origin
        order = line.order_id
        # sudo: whoever looks at a renewal may have no right to read the contract before
        before, segments = line.subscription_replaced_line_id.sudo(), line.sudo().segment_ids
        until = order._get_renewed_contract() and before.billed_until_date
        day = max(order._subscription_today(), order.subscription_start_date)
        return bool(until and day < until) and all(segment.start_date > day for segment in segments)

    def _get_renewal_edits(self):
        """Return names of the fields that somebody changed on this line of a renewal quotation."""
        offered = agreed_values(self._get_renewal_plan(), RenewalOffer(self.order_id).get_day())
        return {
            name
            for word, name in OFFERED_FIELDS.items()
            if word in offered and to_decimal(self[name]) != offered[word]
        }

    def _take_offer(self, offer):
        """Show another offer on this line of a renewal quotation; what somebody typed stays.

        :param dict offer: of :meth:`_prepare_offered_values`
        """
        edits = self._get_renewal_edits()
        values = {name: offer[name] for name in OFFERED_FIELDS.values() if name not in edits}
        if "price_unit" in values:
            values["technical_price_unit"] = offer["technical_price_unit"]
        self.with_context(sale_write_from_compute=True).write(values)
        self._keep_offered_price()

    def _is_another_than_before(self):
        """Return whether this line of a renewal sells something else than that of the contract."""
        # sudo: a customer who looks at a renewal has no right to read the contract before
        old = self.subscription_replaced_line_id.sudo()
        return any(self[name] != old[name] for name in ("product_id", "recurrence_id")) or (
            self.product_uom_id != old.product_uom_id
        )

    def _get_planned_texts(self):
        """Return what changes by itself on this line of a renewal quotation after its first day.

        :return: one translated text per planned segment
        :rtype: list[str]
        """
        self.ensure_one()
        if not self._get_renewal_plan():
            return []
        order = self.order_id
        start = order._get_subscription_start()
        segments, _remainder = self._get_opening(start)
        texts = []
        if segments and segments[0].start > start:
            day = format_date(self.env, segments[0].start)
            texts.append(self.env._("billed from %(day)s on", day=day))
        for before, after in pairwise(segments):
            changes = ", ".join(ChangeText(order).get_texts(self, before, after))
            if before.kind == "trial":
                changes = self.env._("the free trial is over")
            if changes:
                day = format_date(self.env, after.start)
                texts.append(self.env._("from %(day)s on: %(changes)s", day=day, changes=changes))
        return texts

    def _get_portal_texts(self):
        """Tell customers what changes by itself after a renewal, while it is a quotation."""
        texts = super()._get_portal_texts()
        if not texts or self.order_id.state not in ("draft", "sent"):
            return texts
        return [*texts, *self._get_planned_texts()]

    def _get_segments_of_next_term(self, segments, simulation, until):
        """Begin terms at list prices, where that was agreed."""
        segments = super()._get_segments_of_next_term(segments, simulation, until)
        given = []
        for day in get_list_price_days(simulation, until):
            segments = self._get_list_pricing(day, given)(segments)
        return segments
