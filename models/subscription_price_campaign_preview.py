from ast import literal_eval

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import const
from ..engine.ending import first_boundary
from ..engine.money import to_decimal
from ..engine.period import FOREVER
from ..engine.price_rise import raised, rise_span
from ..engine.segment import step_at


class SubscriptionPriceCampaign(models.Model):
    """What a campaign would change: lines with their old and new price; contracts stay alone."""

    _inherit = "subscription.price.campaign"

    def action_preview(self):
        """Look up contracts and prices anew; what was left out stays left out.

        :raise UserError: the campaign is applied already, or the filter cannot be read
        """
        for campaign in self:
            if campaign.state == "applied":
                raise UserError(
                    self.env._(
                        "%(campaign)s is applied. Take it back before you preview it again.",
                        campaign=campaign.name,
                    )
                )
            excluded = campaign.line_ids.filtered("is_excluded").line_id
            campaign.line_ids.unlink()
            campaign.is_stale = False
            self.env["subscription.price.campaign.line"].create(
                [
                    {**values, "is_excluded": values["line_id"] in excluded.ids}
                    for values in campaign._prepare_lines()
                ]
            )
        return True

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
        return chosen & Domain(
            [
                ("is_subscription", "=", True),
                ("state", "=", "sale"),
                ("subscription_state", "in", const.RUNNING_STATES),
                ("company_id", "=", self.company_id.id),
            ]
        )

    def _prepare_lines(self):
        """Return the values of the lines that get another price.

        :rtype: list[dict]
        """
        self.ensure_one()
        orders = self.env["sale.order"].search(self._get_contract_domain(), order="id")
        lines = orders.order_line.filtered(lambda line: line.recurrence_id and line.segment_ids)
        if self.product_ids:
            lines = lines.filtered(lambda line: line.product_id in self.product_ids)
        spans = {line: span for line in lines if (span := self._get_span(line))}
        prices = self._get_new_prices(spans)
        return [
            self._prepare_line(line, span, prices[line])
            for line, span in spans.items()
            if line in prices and prices[line] != self._get_step(line, span).terms.price
        ]

    def _prepare_line(self, line, span, price):
        step = self._get_step(line, span)
        return {
            "campaign_id": self.id,
            "line_id": line.id,
            "start_date": span.start,
            "end_date": False if span.end == FOREVER else span.end,
            "quantity": float(step.quantity),
            "old_price": float(step.terms.price),
            "new_price": float(price),
        }

    def _get_span(self, line):
        """:return: the days on which a line gets another price as an engine period, or None"""
        return rise_span(
            line._get_engine_steps(),
            line.billed_period_ids._get_engine_rows(),
            self._get_first_day(line.order_id),
            "date" if self.start == "date" else "period",
        )

    def _get_first_day(self, order):
        """:return: the earliest day on which this campaign changes a price of a contract"""
        day, grid = order.subscription_term_end_date, order._get_term_grid()
        if self.start != "renewal" or not day or not grid:
            return self.effective_date
        return day if day >= self.effective_date else first_boundary(grid, self.effective_date)

    def _get_step(self, line, span):
        segments = line._get_engine_steps()
        return step_at(segments, span.start)

    # ------------------------------------------------------------------
    # Prices
    # ------------------------------------------------------------------

    def _get_new_prices(self, spans):
        """Return the new price of each line that gets one.

        :param dict spans: the days of the new price by line
        :return: `Decimal` prices by line
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
                price = self._get_step(line, span).terms.price
                prices[line] = raised(price, to_decimal(percent), to_decimal(self.rounding))
        return prices

    def _get_pricelist_prices(self, spans):
        """Ask the pricelist once for all lines that differ in their product only."""
        groups = {}
        for line, span in spans.items():
            quantity = float(self._get_step(line, span).quantity)
            key = line.recurrence_id, line.currency_id, line.product_uom_id, quantity, span.start
            groups.setdefault(key, self.env["sale.order.line"])
            groups[key] |= line
        prices = {}
        for (recurrence, currency, uom, quantity, day), lines in groups.items():
            found = self.pricelist_id._get_products_price(
                lines.product_id,
                quantity,
                currency=currency,
                uom=uom,
                date=fields.Datetime.to_datetime(day),
                recurrence=recurrence,
            )
            for line in lines:
                exact = to_decimal(found[line.product_id.id])
                prices[line] = raised(exact, to_decimal(0), to_decimal(self.rounding))
        return prices
