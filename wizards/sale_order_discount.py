from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.billing import next_billing_date
from ..explain import told_to_user
from ..models.billing.rebate import fit_rebates


class SaleOrderDiscount(models.TransientModel):
    """The *Discount* button of a quotation that sells something recurring."""

    _inherit = "sale.order.discount"

    is_subscription = fields.Boolean(related="sale_order_id.is_subscription")
    subscription_started = fields.Boolean("Contract Runs", compute="_compute_subscription_started")

    def _compute_subscription_started(self):
        for wizard in self:
            wizard.subscription_started = wizard.sale_order_id._is_subscription_started()

    def action_apply_discount(self):
        """Leave alone, on a contract that runs, lines that nothing more is billed of."""
        order = self.sale_order_id
        if self.discount_type != "sol_discount" or not self.subscription_started:
            return super().action_apply_discount()
        today = order._subscription_today()
        lines = order._get_recurring_lines().filtered(
            lambda line: (
                not line._has_ended(today)
                and (line.product_uom_qty or any(line.segment_ids.mapped("is_planned")))
            )
        )
        once = order.order_line.filtered(
            lambda line: not line.display_type and not line.recurrence_id and line.price_unit > 0
        )
        lines |= once.filtered(lambda line: line._get_once_to_bill() > 0)
        self._check_something_to_bill(lines)
        lines.with_company(self.company_id).write({"discount": self.discount_percentage * 100})
        return None

    def _create_discount_lines(self):
        """Take the discount off what is asked for next, not off whole periods.

        Core takes the full price of each line, of which the next invoice may bill a few days only,
        and of a contract that runs also what was sold once and is invoiced.
        """
        order = self.sale_order_id
        if not order.is_subscription:
            return super()._create_discount_lines()
        wizard = self.with_context(lang=order._get_lang())
        AccountTax = self.env["account.tax"]
        base_lines = self._get_next_base_lines()
        self._check_something_to_bill(base_lines)
        product = wizard._get_discount_product()
        AccountTax._add_tax_details_in_base_lines(base_lines, order.company_id)
        AccountTax._round_base_lines_tax_details(base_lines, order.company_id)
        is_percent = self.discount_type == "so_discount"
        discounts = AccountTax._prepare_global_discount_lines(
            base_lines=base_lines,
            company=self.company_id,
            amount_type="percent" if is_percent else "fixed",
            amount=self.discount_percentage * 100.0 if is_percent else self.discount_amount,
            computation_key=f"global_discount,{self.id}",
            grouping_function=lambda _base_line: {"product_id": product},
        )
        order.order_line = [
            Command.create(values) for values in wizard._prepare_global_discount_so_lines(discounts)
        ]
        return None

    def _get_next_base_lines(self):
        """Return base lines of what a quotation asks for now, or a contract with its next invoice.

        :rtype: list[dict]
        """
        order = self.sale_order_id
        if not self.subscription_started:
            is_asked = order.currency_id.compare_amounts(order.amount_total, 0) > 0
            return order._get_due_now_base_lines() if is_asked else self._get_first_base_lines()
        today = order._subscription_today()
        day = max(order.subscription_next_invoice_date or today, today)
        # What is due may be a credit note only.
        later = order._get_date_after_today()
        found = self._get_invoice_base_lines(day)
        return found or (self._get_invoice_base_lines(max(later, day)) if later else [])

    def _get_invoice_base_lines(self, day):
        """Return base lines of what the invoice of a contract asks for if it is made on a day.

        :rtype: list[dict]
        """
        order = self.sale_order_id
        with told_to_user(self.env):
            items = order._get_order_due_items(day)
        invoices, _credit_notes, _silent = order._split_due_items({order: items})
        base_lines = [
            line._prepare_base_line_for_taxes_computation(quantity=quantity)
            for line, quantity in order._get_preview_one_off_lines(day)
        ]
        base_lines += [
            base_line
            for due in invoices.get(order, [])
            for base_line in due.line._prepare_due_base_lines(due)
        ]
        return fit_rebates(base_lines, order)

    def _get_first_base_lines(self):
        """Return base lines of the first invoice of a quotation that asks for nothing now.

        That is the first one after a trial, or of a period that is billed when it is over. An
        amendment that asks for nothing gives something back, of which a discount takes nothing.

        :rtype: list[dict]
        """
        order = self.sale_order_id
        if order._is_amendment():
            return []
        start, days = order._get_subscription_start(), []
        with told_to_user(self.env):
            for line in order._get_recurring_lines():
                segments = order._get_quoted_segments(line, start)
                paid = [segment for segment in segments if segment.kind != "trial"]
                days.append(next_billing_date(paid, ()) if paid else None)
            day = min(filter(None, days), default=None)
            items = order._get_order_due_items(day) if day else []
        base_lines = [
            line._prepare_base_line_for_taxes_computation(quantity=quantity)
            for line, quantity in order._get_preview_one_off_lines(day or start)
        ]
        base_lines += [due.line._prepare_due_base_line(due) for due in items if due.amount]
        return fit_rebates(base_lines, order)

    def _check_something_to_bill(self, found):
        """Refuse a discount on what bills nothing more, or asks for nothing.

        :param found: what it would be taken off
        :raise UserError: naming the order
        """
        if not self.subscription_started and not found:
            raise UserError(
                self.env._(
                    "%(order)s asks for nothing now, so there is nothing to take a discount off. "
                    "Lower the prices or discounts of its lines instead.",
                    order=self.sale_order_id.name,
                )
            )
        order = self.sale_order_id
        if self.subscription_started and not found and self._goes_on_later():
            raise UserError(
                self.env._(
                    "Nothing is billed on %(order)s until it goes on, so there is nothing to take "
                    "a discount off now. Choose On All Order Lines to lower what it asks for from "
                    "then on.",
                    order=order.name,
                )
            )
        if self.subscription_started and not found:
            raise UserError(
                self.env._(
                    "Nothing more is billed on %(order)s, so there is nothing to take a discount "
                    "off. Make a credit note of an invoice instead.",
                    order=self.sale_order_id.name,
                )
            )

    def _goes_on_later(self):
        """Return whether a contract waits for somebody to let it go on, and is billed then."""
        order = self.sale_order_id
        gaps = order.sudo().subscription_interruption_ids  # sudo: nobody edits gaps by hand
        return not order.subscription_end_date and not all(gaps.mapped("end_date"))
