from odoo import models, tools
from odoo.fields import Command
from odoo.tools import format_date, formatLang

from ... import const
from ...engine import billing
from ...engine.change import FREE
from ...engine.ledger import ledger
from ...engine.money import to_decimal
from ...tools import get_last_day, get_number_text
from .discount_bearers import get_first
from .due_item import DueItem, get_credit_splits


class SaleOrderLine(models.Model):
    """From a due item of the engine to an invoice line and its ledger row."""

    _inherit = "sale.order.line"
    # What is sold once and waits for its invoice: the run looks for it among all lines each time.
    _one_off_to_bill = models.Index(
        "(order_id) WHERE state = 'sale' AND recurrence_id IS NULL AND display_type IS NULL "
        "AND qty_to_invoice > 0"
    )

    def _get_delivered_for_billing(self):
        """Return delivered quantity for lines billed on it, None for the others."""
        self.ensure_one()
        if self._get_subscription_basis() != "delivered":
            return None
        return to_decimal(self.qty_delivered)

    def _get_due_items(self, segments, day, forfeited, rows=None, since=None):
        """Ask the engine what falls due on this line up to a day; the only place that does.

        :param segments: engine segments of the line, without the days of interruptions
        :param date day: last day looked at
        :param list forfeited: spans whose unused days are not credited, engine periods
        :param rows: engine rows of what is billed, None for the ledger of the line
        :param date since: day before which no row is needed, as `_get_open_ledger` says
        :return: a list of :class:`DueItem`
        :rtype: list
        :raise engine.errors.EngineError: the days do not fit the contract
        """
        self.ensure_one()
        items = billing.catch_up(
            segments,
            self.billed_period_ids._get_engine_rows() if rows is None else rows,
            day,
            delivered=self._get_delivered_for_billing(),
            splits=get_credit_splits(forfeited),
            since=since,
        )
        return [self._get_due_item(item, forfeited) for item in items]

    def _get_due_item(self, item, forfeited_spans):
        """Wrap an engine item with the records it is about. Hook.

        :param item: engine charge or credit
        :param list forfeited_spans: spans whose unused days are not credited
        :rtype: DueItem
        """
        self.ensure_one()
        # sudo: whoever took a contract over may not read the invoices of the salesperson before
        row = self.env["subscription.billed.period"].sudo()
        key = getattr(item, "row_key", None)
        if key is None:
            return DueItem(self, item, row)
        row = row.browse(key)
        forfeited = any(
            span.start <= item.span.start and item.span.end <= span.end for span in forfeited_spans
        )
        return DueItem(self, item, row, forfeited)

    # ------------------------------------------------------------------
    # Invoice line
    # ------------------------------------------------------------------

    def _prepare_invoice_lines_vals_list(self, **optional_values):
        """Give one invoice line per due item; lines that are sold once stay with core."""
        items = const.unseal(self.env.context, const.ITEMS_KEY, {}).get(self.id)
        if not items:
            vals_list = super()._prepare_invoice_lines_vals_list(**optional_values)
            is_contract = self.order_id.is_subscription
            left = self._get_once_to_bill() if is_contract else self.qty_to_invoice
            if self.product_id.type == "combo" and left <= 0:
                # A heading only, as of the second period: the combo itself was billed.
                name = f"{self.product_id.name} x {get_number_text(self.product_uom_qty)}"
                vals_list = [{**vals, "name": name, "quantity": 0} for vals in vals_list]
            elif items is not None:
                quantity = self._get_once_to_bill()
                vals_list = [{**vals, "quantity": quantity} for vals in vals_list]
            return vals_list
        base = self._prepare_invoice_line(**optional_values)
        vals_list = []
        for due in items:
            vals = {
                **base,
                **self._prepare_item_invoice_values(due, base["name"]),
                "subscription_billed_period_ids": [
                    Command.create(self._prepare_ledger_values(due))
                ],
            }
            vals_list.append(vals)
            for share in due.shares[1:]:
                vals_list.append(
                    {
                        **base,
                        "sale_line_ids": [Command.clear()],
                        **self._prepare_discount_share_values(share),
                    }
                )
        return vals_list

    def _prepare_item_invoice_values(self, due, name):
        """Return what a due item changes in the invoice line that core prepared. Hook.

        The quantity stays whole and the price is prorated and unrounded, so that the subtotal,
        rounded once by core, is the engine's amount to the cent.

        :param DueItem due: what is billed
        :param str name: text of the line as core prepared it
        :rtype: dict
        """
        quantity, price_unit = self._get_item_quantity_price(due)
        values = {
            "name": f"{name}\n{self._get_item_text(due)}",
            "quantity": quantity,
            "price_unit": price_unit,
            "discount": float(due.item.terms.discount),
            "product_uom_id": due.item.terms.unit or self.product_uom_id.id,
            "deferred_start_date": due.item.span.start,
            "deferred_end_date": get_last_day(due.item.span.end),
            "extra_tax_data": False,
        }
        if due.is_credit:
            original = due.row.invoice_line_id
            values["quantity"] = -quantity
            if original:
                values.update(self._prepare_origin_values(original))
            for share in due.shares[:1]:
                values["extra_tax_data"] = share.prepare_tax_data(values)
        return values

    def _prepare_origin_values(self, original):
        """Return what a line that gives something back takes from the one that asked for it.

        Where nobody posts on its account any more, core chooses that of new invoices.
        """
        values = {
            "tax_ids": [Command.set(original.tax_ids.ids)],
            "analytic_distribution": original.analytic_distribution,
        }
        if original.account_id.active:
            values["account_id"] = original.account_id.id
        return values

    def _prepare_discount_share_values(self, share):
        """Return the invoice line that takes back the share of a discount that a line bore.

        :param Share share: what goes back of the discount, negative
        :rtype: dict
        """
        original = share.line
        values = {
            **self._prepare_origin_values(original),
            "product_id": original.product_id.id,
            "product_uom_id": original.product_uom_id.id,
            "name": self.env._("Share of: %(discount)s", discount=get_first(original).name),
            "quantity": 1.0,
            "price_unit": -float(share.money.basis),
            "discount": 0.0,
            "subscription_origin_line_id": original.id,
        }
        return {**values, "extra_tax_data": share.prepare_tax_data(values)}

    def _get_item_quantity_price(self, due):
        """Return the whole quantity and the unrounded unit price that give the item's amount.

        :rtype: tuple[float, float]
        """
        item = due.item
        amount = due.shares[0].money.basis if due.shares else item.amount
        share = 1 - item.terms.discount / 100
        if not item.quantity or not share:
            return float(item.quantity), float(item.terms.price)
        exact = item.terms.price * item.quantity * share
        if amount == item.terms.currency.round(exact):
            return float(item.quantity), float(item.terms.price)
        return float(item.quantity), float(amount / (item.quantity * share))

    def _get_item_text(self, due):
        """Say in words which days are billed and how the amount came about.

        :return: one or two sentences in the language of the context
        :rtype: str
        """
        item = due.item
        period = self._get_span_text(item.span.start, item.span.end)
        if item.terms.basis == "delivered":
            return self.env._("%(period)s, delivered quantity", period=period)
        if item.terms.discount == FREE and not due.is_credit:
            return self.env._("%(period)s, free of charge", period=period)
        if item.fraction == 1 and not due.is_credit:
            return period
        measure = self._get_measure_text(item)
        if due.is_credit:
            move = due.row.move_id
            return self.env._(
                "Credit for %(period)s (%(measure)s) of %(invoice)s",
                period=period,
                measure=measure,
                invoice=move.name if move.state == "posted" else self.env._("the invoice"),
            )
        return self.env._(
            "%(period)s (%(measure)s of %(price)s per %(recurrence)s)",
            period=period,
            measure=measure,
            price=self.order_id.currency_id._format_unit_price(item.terms.price),
            recurrence=self._get_recurrence_text(),
        )

    @tools.ormcache("self.env.lang", "self.env.company.id", "start", "end")
    def _get_span_text(self, start, end):
        """Return the days of a span in words; most invoices of a day cover the same days.

        :param date start: first day
        :param date end: first day that no longer belongs to the span
        """
        return self.env._(
            "%(start)s to %(end)s",
            start=format_date(self.env, start),
            end=format_date(self.env, get_last_day(end)),
        )

    def _get_measure_text(self, item):
        """Return the share of the period in words, as in '19 of 28 days'."""
        if item.terms.convention == "fixed_30":
            days = 360 if item.terms.grid.recurrence.unit == "year" else 30
            days *= item.terms.grid.recurrence.count
            return self.env._(
                "%(days)s of %(total)s days",
                days=f"{round(float(item.fraction * days), 2):g}",
                total=days,
            )
        return self.env._("%(days)s of %(total)s days", days=item.span.days, total=item.full.days)

    def _get_recurrence_text(self):
        """Return the recurrence in words, as in 'month' or '3 months'."""
        return self.recurrence_id.period_text

    # ------------------------------------------------------------------
    # Ledger row
    # ------------------------------------------------------------------

    def _prepare_ledger_values(self, due):
        """Return the values of the ledger row that records a due item.

        :rtype: dict
        """
        item = due.item
        sign = -1 if due.is_credit else 1
        kind = "charge"
        computed = getattr(item, "computed_amount", item.amount)
        if due.is_credit:
            kind = "forfeit" if due.forfeited else "credit"
        return self.env["subscription.billed.period"]._prepare_row_values(
            self,
            kind,
            item.terms,
            item.full,
            item.span,
            item.quantity,
            reverses_id=due.row.id,
            computed_amount=sign * float(computed),
            booked_amount=sign * float(item.amount),
        )

    # ------------------------------------------------------------------
    # What an order line adds to the amount due now
    # ------------------------------------------------------------------

    def _get_due_now_quantity(self):
        """Return how much of a line that is sold once the first invoice will bill.

        :rtype: float
        """
        self.ensure_one()
        if self._is_billed_on_delivery() and not self.order_id._is_billed_as_ordered():
            return self.qty_delivered
        return self.product_uom_qty

    def _is_billed_on_delivery(self):
        return self.product_id.invoice_policy == "delivery" and not self.is_downpayment

    def _is_one_off_billed_as_ordered(self):
        """Return whether a line waits for its delivery on other orders, but not on this one."""
        self.ensure_one()
        order = self.order_id
        return (
            self.state == "sale"
            and not self.recurrence_id
            and not self.display_type
            and order.is_subscription
            and self._is_billed_on_delivery()
            and order._is_billed_as_ordered()
        )

    def _prepare_due_base_line(self, due, taxes=None):
        """Return the tax engine's base line of a due item, with the numbers of its invoice line.

        :param DueItem due: what will be billed
        :param NextTaxes taxes: what the run will tax charges with, the line's own when empty
        :rtype: dict
        """
        quantity, price_unit = self._get_item_quantity_price(due)
        values = {
            "quantity": -quantity if due.is_credit else quantity,
            "price_unit": price_unit,
            "discount": float(due.item.terms.discount),
        }
        billed_taxes = due.row.invoice_line_id.tax_ids
        if due.is_credit and billed_taxes:
            values["tax_ids"] = billed_taxes
        elif taxes:
            values["tax_ids"] = taxes.of(self)
        if not due.amount:
            # What costs nothing gets no invoice line: no tax per unit, no part of a cent.
            values["tax_ids"] = billed_taxes.browse()
            if due.forfeited or due.item.terms.discount < 100:
                values["price_unit"] = 0.0
        for share in due.shares[:1]:
            values["extra_tax_data"] = share.prepare_tax_data(values)
        return self._prepare_base_line_for_taxes_computation(**values)

    def _prepare_due_base_lines(self, due, taxes=None):
        """Return the tax engine's base lines of a due item and of what goes back with it.

        Arguments as of :meth:`_prepare_due_base_line`.

        :rtype: list[dict]
        """
        base_lines = [self._prepare_due_base_line(due, taxes)]
        for share in due.shares[1:]:
            values = {
                "tax_ids": share.line.tax_ids,
                "quantity": 1.0,
                "price_unit": -float(share.money.basis),
                "discount": 0.0,
            }
            values["extra_tax_data"] = share.prepare_tax_data(values)
            base_lines.append(self._prepare_base_line_for_taxes_computation(**values))
        return base_lines

    def _get_coverage(self):
        """Return what this recurring line costs and until when it is billed, in words.

        :return: product, quantity, price and status
        :rtype: dict
        """
        self.ensure_one()
        currency = self.order_id.currency_id
        return {
            "product": self.product_id.display_name or self.name,
            "quantity": self.product_uom_qty,
            "price": self.env._(
                "%(price)s %(per_period)s",
                price=formatLang(self.env, self.price_subtotal, currency_obj=currency),
                per_period=self.recurrence_id._get_per_text(),
            ),
            "status": self._get_coverage_text(),
            "is_billed": bool(self.billed_last_date),
        }

    def _get_coverage_text(self):
        """Return until when this line is billed, in words."""
        if not self.billed_last_date:
            # More was added from the first day on: that part comes next.
            if sum(self.billed_period_ids.mapped("booked_amount")) > 0:
                return self.env._("Billed in part, the rest comes next")
            return self.env._("Not billed yet")
        day = format_date(self.env, self.billed_last_date)
        if self._has_ended(self.order_id._subscription_today()):
            return self.env._("Ended, billed until %(day)s", day=day)
        return self.env._("Billed until %(day)s", day=day)

    def _get_dry_rows(self, vals_list):
        """Return ledger rows that are not written, for a dry run.

        :param list vals_list: values of new rows that cover days of this line
        :return: engine rows
        :rtype: tuple
        """
        Ledger = self.env["subscription.billed.period"]
        return ledger(Ledger.new(values)._make_engine_entry() for values in vals_list)
