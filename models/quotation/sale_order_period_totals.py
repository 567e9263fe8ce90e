from odoo import api, fields, models

from ...const import SELDOM
from ..billing.next_taxes import NextTaxes
from ..billing.rebate import is_rebate
from ..billing.tax_totals import TaxTotals


class SaleOrder(models.Model):
    """What a contract costs after today: per period, and once."""

    _inherit = "sale.order"

    subscription_period_totals = fields.Json(
        "Per Period Afterwards",
        compute="_compute_subscription_totals",
        help="Per recurrence: what one full period costs. A list of id (of the recurrence), "
        "label, untaxed, tax and total.",
    )
    subscription_amount_one_off = fields.Monetary(
        "Sold Once",
        compute="_compute_subscription_totals",
        help="What this order bills only once, without taxes.",
    )
    subscription_due_title = fields.Char(
        "When It Is Due", compute="_compute_subscription_due_title"
    )
    subscription_amount_one_off_total = fields.Monetary(
        "Sold Once, Taxes Included", compute="_compute_subscription_totals"
    )
    subscription_amount_monthly = fields.Monetary(
        "MRR",
        compute="_compute_subscription_amount_monthly",
        store=True,
        help="Monthly recurring revenue in the currency of the contract, without taxes and "
        "without what is sold once. A paused contract counts 0. Totals of several currencies "
        "are converted at the rate of today.",
        prefetch=SELDOM,
    )

    @api.depends("state", "subscription_start_date", "require_payment", "order_line.recurrence_id")
    @api.depends_context("lang")
    def _compute_subscription_due_title(self):
        for order in self:
            order.subscription_due_title = order._get_due_now_title()

    @api.depends("subscription_mrr", "currency_id")
    def _compute_subscription_amount_monthly(self):
        for order in self:
            order.subscription_amount_monthly = order.subscription_mrr

    @api.depends(
        "state",
        "currency_id",
        "order_line.price_subtotal",
        "order_line.price_total",
        "order_line.recurrence_id",
        "order_line.display_type",
    )
    @api.depends_context("lang")
    def _compute_subscription_totals(self):
        taxes = NextTaxes(self)
        for order in self:
            recurring = order._get_recurring_lines()
            one_off = order._get_priced_lines() - recurring if recurring else recurring
            totals = order._get_line_totals(one_off, taxes=taxes)
            order.subscription_amount_one_off = totals["untaxed"]
            order.subscription_amount_one_off_total = totals["total"]
            order.subscription_period_totals = order._get_period_totals(taxes=taxes)

    def _get_period_totals(self, get_values=None, taxes=None):
        """Return what one full period costs, per recurrence, the shortest period first.

        Lines that are not served today, because they have ended or begin later, do not count.

        :param get_values: as for :meth:`_get_line_totals`
        :param NextTaxes taxes: as for :meth:`_get_line_totals`
        :rtype: list[dict]
        """
        self.ensure_one()
        taxes, groups = taxes or NextTaxes(self), {}
        for line in self._get_recurring_lines():
            if not line._is_out_of_service():
                length = (line.recurrence_id.unit, line.recurrence_id.count)
                groups[length] = groups.get(length, line.browse()) | line
        ordered = sorted(
            groups.values(), key=lambda lines: lines[0].recurrence_id._get_approximate_days()
        )
        return [
            {
                "id": lines[0].recurrence_id.id,
                "label": lines[0].recurrence_id._get_per_text(),
                **self._get_line_totals(lines, get_values, taxes),
            }
            for lines in ordered
        ]

    def _get_line_totals(self, lines, get_values=None, taxes=None):
        """Let core's tax engine sum up order lines.

        :param lines: `sale.order.line` records of this order
        :param get_values: function from a line to the quantity, price or discount that counts in
            place of its own
        :param NextTaxes taxes: those of several orders when they were looked up together
        :return: untaxed, tax and total
        :rtype: dict
        """
        if not lines:
            return {"untaxed": 0.0, "tax": 0.0, "total": 0.0}
        taxes = taxes or NextTaxes(self)
        totals = TaxTotals(self).get(
            [
                line._prepare_base_line_for_taxes_computation(
                    **{
                        "quantity": line.product_uom_qty,
                        "tax_ids": taxes.of(line),
                        **(get_values(line) if get_values else {}),
                    }
                )
                for line in lines
            ]
        )
        return {
            "untaxed": totals["base_amount_currency"],
            "tax": totals["tax_amount_currency"],
            "total": totals["total_amount_currency"],
        }

    def _get_totals_rows(self):
        """Return what follows the amount due now, for the customer's page and the PDF.

        :return: label, untaxed, tax and total of what is sold once and of each period
        :rtype: list[dict]
        """
        self.ensure_one()
        rows = self.subscription_period_totals or []
        if not rows or self.state not in ("draft", "sent"):
            return [{**row, "label": row["label"][:1].upper() + row["label"][1:]} for row in rows]
        then = [
            {**row, "label": self.env._("Then, %(per_period)s", per_period=row["label"])}
            for row in rows
        ]
        one_off = [row for row in self._get_one_off_rows() if row["total"]]
        return [*one_off, *then, *self._get_lasting_rows(rows)]

    def _get_lasting_rows(self, rows):
        """Return what periods cost once all has changed that changes by itself, where that differs.

        :param list rows: what they cost without that
        :return: rows as in :meth:`_get_totals_rows`; the lines say what changes when
        :rtype: list[dict]
        """
        values = {line: line._get_lasting_quote() for line in self._get_recurring_lines()}
        if not any(values.values()):
            return []
        before = {row["id"]: row["total"] for row in rows}
        return [
            {
                **row,
                "label": self.env._(
                    "After planned changes, %(per_period)s", per_period=row["label"]
                ),
            }
            for row in self._get_period_totals(values.get)
            if self.currency_id.compare_amounts(row["total"], before.get(row["id"], row["total"]))
        ]

    def _get_one_off_rows(self):
        """Return rows of what is sold once: now, and later when it is billed on delivery. Hook.

        :rtype: list[dict]
        """
        lines = self._get_priced_lines() - self._get_recurring_lines()
        quantities = {line: line._get_due_now_quantity() for line in lines}
        given = lines.filtered(
            lambda line: line.price_unit * quantities[line] < 0 and not line.is_downpayment
        )
        kept = {
            base["record"]: base["price_unit"]
            for base in (self._get_due_now_base_lines() if given else [])
            if is_rebate(base)
        }
        rebates = {line: kept.get(line, 0.0) for line in given}
        now = self._get_line_totals(
            lines,
            lambda line: {
                "quantity": quantities[line],
                "price_unit": rebates.get(line, line.price_unit),
            },
        )
        left = self._get_line_totals(
            lines,
            lambda line: {
                "quantity": quantities[line],
                "price_unit": line.price_unit - rebates.get(line, line.price_unit),
            },
        )
        later = self._get_line_totals(
            lines,
            lambda line: {"quantity": line.product_uom_qty - line._get_due_now_quantity()},
        )
        return [
            {**now, "label": self.env._("Of which sold once")},
            {**left, "label": self.env._("Discount that is left for the next invoices")},
            {**later, "label": self.env._("Sold once, billed when it is delivered")},
        ]
