from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const
from ...engine.money import to_decimal
from ...engine.period import FOREVER
from ...engine.price_rise import raised, rise_span
from ...engine.recurrence import first_boundary
from ...engine.segment import segment_at
from ..lifecycle.selection import Selection
from .priced_segments import get_priced_segments, get_regular_discount
from .subscription_price_campaign_apply import CONTRACTS_PER_BATCH


class SubscriptionPriceCampaign(models.Model):
    """What a campaign would change: lines with their old and new price; contracts stay alone."""

    _inherit = "subscription.price.campaign"

    preview_left_ids = fields.Json(
        "Contracts Left to Preview",
        readonly=True,
        copy=False,
        help="Contracts that the preview under way has not looked at yet.",
    )

    preview_text = fields.Char("State of the Preview", compute="_compute_preview_text")

    @api.depends("is_stale", "preview_left_ids")
    def _compute_preview_text(self):
        """Say why the lines do not show what the campaign would do."""
        for campaign in self:
            if campaign.preview_left_ids:
                campaign.preview_text = self.env._(
                    "The preview was stopped before its end: contracts left to look at: %(count)s. "
                    "Preview again to see all of them.",
                    count=len(campaign.preview_left_ids),
                )
            else:
                campaign.preview_text = campaign.is_stale and self.env._(
                    "Something was changed since the preview. Preview again to see its effect."
                )

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_preview(self):
        """Look up contracts and prices anew; what was left out stays left out.

        A few contracts are looked at on the spot, many in batches with a progress bar.

        :return: the client action that does the batches or names the contracts that were refused,
            True when all is done
        :raise UserError: the campaign is applied already, or the filter cannot be read
        """
        self.ensure_one()
        orders = self._begin_preview()
        if len(orders) > CONTRACTS_PER_BATCH:
            return self._get_batches_action(
                orders,
                "action_preview_batch",
                running=self.env._("Computing new prices…"),
                finished=self.env._("The preview is complete"),
                done=self.env._("contracts previewed"),
            )
        failed = self.action_preview_batch(orders.ids)["failed"]
        return self._get_refused_action(failed) if failed else True

    def action_preview_batch(self, order_ids):
        """Look at some contracts of a preview under way; the last batch completes it.

        :param list order_ids: contracts of this campaign
        :return: as :meth:`Selection.do_each`
        :rtype: dict
        """
        self._check_batch()
        self._check_not_applied()
        left = self.preview_left_ids or []
        chosen = set(order_ids) & set(left)
        orders = self.env["sale.order"].browse(order for order in left if order in chosen)
        result = Selection(orders).do_together(self._preview_orders)
        self._as_system().preview_left_ids = [order for order in left if order not in chosen]
        if chosen and not self.preview_left_ids:
            self._as_system().is_stale = False
        return result

    def _begin_preview(self):
        """Forget the lines of contracts that the filter does not find any more.

        Until the last batch is done the campaign cannot be applied.

        :return: the contracts to look at
        :rtype: sale.order
        """
        self._check_not_applied()
        orders = self.env["sale.order"].search(self._get_contract_domain(), order="id")
        self._get_lines_of(orders, "not in").unlink()
        self._as_system().write({"preview_left_ids": orders.ids, "is_stale": bool(orders)})
        return orders

    def _check_not_applied(self):
        if self.state == "applied":
            raise UserError(
                self.env._(
                    "%(campaign)s is applied. Take it back before you preview it again.",
                    campaign=self.name,
                )
            )

    def _get_refused_action(self, failed):
        """Return the client action that names contracts without a preview, and why."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Some contracts cannot be previewed."),
                "message": "\n".join(refused["reason"] for refused in failed),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _preview_orders(self, orders):
        """Replace the lines of contracts; which of them are left out stays as it was."""
        old = self._get_lines_of(orders)
        excluded = old.filtered("is_excluded").line_id
        old.unlink()
        self.env["subscription.price.campaign.line"]._as_system().create(
            [
                {**values, "is_excluded": values["line_id"] in excluded.ids}
                for values in self._prepare_lines(orders)
            ]
        )

    def _get_lines_of(self, orders, operator="in"):
        """Return the lines of this campaign on some contracts, or on all others."""
        return self.env["subscription.price.campaign.line"].search(
            Domain("campaign_id", "=", self.id) & Domain("order_id", operator, orders.ids)
        )

    # ------------------------------------------------------------------
    # Contracts
    # ------------------------------------------------------------------

    def _get_contract_domain(self):
        """Return the domain of the contracts that the campaign is about.

        :rtype: Domain
        :raise UserError: the filter cannot be read
        """
        self.ensure_one()
        try:
            chosen = Domain(literal_eval(self.contract_domain or "[]"))
        except (ValueError, SyntaxError, TypeError) as error:
            raise UserError(
                self.env._(
                    "The filter of %(campaign)s cannot be read. Choose the contracts anew.",
                    campaign=self.name,
                )
            ) from error
        return chosen & self._get_running_domain()

    def _get_running_domain(self):
        """Return the domain of the contracts whose prices this campaign may change."""
        return Domain(
            [
                ("is_subscription", "=", True),
                ("state", "=", "sale"),
                ("subscription_state", "in", const.RUNNING_STATES),
                ("company_id", "=", self.company_id.id),
            ]
        )

    def _prepare_lines(self, orders):
        """Return the values of the lines of contracts that get another price.

        :rtype: list[dict]
        """
        self.ensure_one()
        lines = orders.order_line.filtered(lambda line: line.recurrence_id and line.segment_ids)
        if self.product_ids:
            lines = lines.filtered(lambda line: line.product_id in self.product_ids)
        spans = {line: span for line in lines if (span := self._get_span(line))}
        found = self._get_new_prices(spans)
        values = [self._prepare_line(line, spans[line], *pair) for line, pair in found.items()]
        return [
            new
            for new in values
            if new["old_price"] != new["new_price"] or new["old_discount"] != new["new_discount"]
        ]

    def _prepare_line(self, line, span, price, discount):
        segment = self._get_segment(line, span)
        return {
            "campaign_id": self.id,
            "line_id": line.id,
            "start_date": span.start,
            "end_date": False if span.end == FOREVER else span.end,
            "quantity": float(segment.quantity),
            "old_price": float(segment.terms.price),
            "new_price": float(price),
            "old_discount": float(get_regular_discount(line, span.start)),
            "new_discount": float(discount),
        }

    def _get_span(self, line):
        """Return the days on which a line gets another price as an engine period, or None."""
        return rise_span(
            get_priced_segments(line),
            line.billed_period_ids._get_engine_rows(),
            self._get_first_day(line.order_id),
            "date" if self.start == "date" else "period",
        )

    def _get_first_day(self, order):
        """Return the earliest day on which this campaign changes a price of a contract."""
        day, grid = order.subscription_term_end_date, order._get_term_grid()
        if self.start != "renewal" or not day or not grid:
            return self.effective_date
        return day if day >= self.effective_date else first_boundary(grid, self.effective_date)

    def _get_segment(self, line, span):
        return segment_at(get_priced_segments(line), span.start)

    # ------------------------------------------------------------------
    # Prices
    # ------------------------------------------------------------------

    def _get_new_prices(self, spans):
        """Return the new price of each line that gets one, and its discount from then on.

        :param dict spans: the days of the new price by line
        :return: tuples of two `Decimal` by line
        :rtype: dict
        """
        if self.method == "pricelist":
            return self._get_pricelist_prices(spans)
        percentages = {rule.product_id: rule.percentage for rule in self.rule_ids}
        prices = {}
        for line, span in spans.items():
            percent = self.percentage
            if self.method == "index":
                percent = percentages.get(line.product_id)
            if percent:
                price = self._get_segment(line, span).terms.price
                rounding, smallest = to_decimal(self.rounding), line._get_smallest_amount()
                price = raised(price, to_decimal(percent), rounding, smallest)
                prices[line] = (price, get_regular_discount(line, span.start))
        return prices
