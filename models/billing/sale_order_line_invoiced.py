from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL

SIGNS = {"out_invoice": 1, "out_refund": -1}
# States of documents that are no drafts any more.
MADE = ("posted", "cancel")


class SaleOrderLine(models.Model):
    """What core thinks is invoiced of a recurring line."""

    _inherit = "sale.order.line"

    billed_period_ids = fields.One2many(
        "subscription.billed.period", "line_id", "Billed Periods", copy=False, readonly=True
    )

    @api.depends(
        "recurrence_id",
        "order_id.require_payment",
        "order_id.is_subscription",
        "invoice_lines.move_id.subscription_credit_effect",
    )
    def _compute_qty_to_invoice(self):
        """Recurring lines are billed by the billing run, never by core's difference.

        What was sold once and given back is not to be invoiced again.
        """
        super()._compute_qty_to_invoice()
        for line in self:
            if line._is_recurring_confirmed():
                line.qty_to_invoice = 0.0
            elif line._is_one_off_billed_as_ordered():
                # What is delivered beyond the order is billed as on any other.
                wanted = max(line.product_uom_qty, line.qty_delivered)
                line.qty_to_invoice = wanted - line.qty_invoiced
            if line.qty_to_invoice > 0 and line._is_once_and_over():
                line.qty_to_invoice = 0.0

    @api.depends("recurrence_id", "billed_until_date")
    def _compute_invoice_status(self):
        super()._compute_invoice_status()
        for line in self:
            if line._is_recurring_confirmed():
                today = line.company_id._subscription_today()
                billed = line.billed_until_date and line.billed_until_date > today
                line.invoice_status = "invoiced" if billed else "no"
            elif line._is_once_and_over():
                line.invoice_status = "invoiced"

    def _prepare_qty_invoiced(self):
        """Count the latest period only: the quantity of a contract is not used up by time."""
        running = self.filtered(lambda line: line.recurrence_id and line._is_begun_line())
        quantities = super(SaleOrderLine, self - running)._prepare_qty_invoiced()
        quantities.update({line: line._get_latest_billed_quantity() for line in running})
        return quantities

    def _get_latest_billed_quantity(self):
        """Return the quantity that is billed for the last day that is billed."""
        self.ensure_one()
        # sudo: only the system reads this field; it holds the newest period that covers something
        layers = self._get_paid_layers(self.sudo().open_billed_period_ids)
        layers = layers or self._get_paid_layers(self.billed_period_ids)
        last = max((span.end for span, _quantity in layers), default=None)
        return float(sum(quantity for span, quantity in layers if span.end == last))

    @api.model
    def _get_paid_layers(self, rows):
        """Return what ledger rows of one line still cover for money, as engine layers."""
        return [
            layer for row in rows._get_engine_rows() if not row.amount_free for layer in row.layers
        ]

    @api.depends("recurrence_id")
    def _compute_untaxed_amount_invoiced(self):
        """Let the database add up what recurring lines have invoiced: there is more each period."""
        running = self.filtered(
            lambda line: line.id and line.recurrence_id and line._is_begun_line()
        )
        if self.env.context.get("accrual_entry_date"):
            running = self.browse()
        totals = running._fetch_invoiced_totals()
        same = running.filtered(
            lambda line: totals.get(line.id, {}).keys() <= {line.currency_id.id}
        )
        for line in same:
            line.untaxed_amount_invoiced = sum(totals.get(line.id, {}).values())
        super(SaleOrderLine, self - same)._compute_untaxed_amount_invoiced()

    @contextmanager
    def _adding_invoiced_totals(self):
        """Let a block add what its documents invoice to what is stored.

        However much was invoiced before, nobody adds it up again.

        :return: function that takes all new documents, drafts included
        """
        field = self._fields["untaxed_amount_invoiced"]
        # sudo: whoever may bill the contract may do so without rights on these totals
        own = self.sudo().filtered("recurrence_id")
        own -= self.env.records_to_compute(field)

        def add(moves):
            """Add what new documents invoice, drafts aside."""
            added = {}
            items = moves.sudo().filtered(lambda move: move.state == "posted").invoice_line_ids
            for item in items:
                sign = SIGNS.get(item.move_id.move_type, 0)
                for line in item.sale_line_ids:
                    added.setdefault(line.id, []).append(
                        (item.currency_id, sign * item.price_subtotal)
                    )
            lines = own.filtered(lambda line: line.id in added)
            same = lines.filtered(
                lambda line: all(
                    currency == line.currency_id for currency, _amount in added[line.id]
                )
            )
            for line in same:
                line.untaxed_amount_invoiced += sum(amount for _currency, amount in added[line.id])
            same.modified([field.name])
            self.env.add_to_compute(field, lines - same)

        with self.env.protecting([field], own):
            yield add

    def _fetch_invoiced_totals(self):
        """Return untaxed amounts of posted invoices less credit notes, by line and currency id."""
        totals = {}
        if not self:
            return totals
        Move, Item = self.env["account.move"]._fields, self.env["account.move.line"]._fields
        rows = self.env.execute_query(
            SQL(
                """
                SELECT link.order_line_id, item.currency_id, sum(
                           CASE move.move_type WHEN 'out_invoice' THEN item.price_subtotal
                                               WHEN 'out_refund' THEN -item.price_subtotal END)
                  FROM sale_order_line_invoice_rel link
                  JOIN account_move_line item ON item.id = link.invoice_line_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE link.order_line_id = ANY(%(ids)s)
                   AND (move.state = 'posted' OR move.payment_state = 'invoicing_legacy')
              GROUP BY link.order_line_id, item.currency_id
                """,
                ids=self.ids,
                to_flush=(Item["price_subtotal"], Item["currency_id"], Move["state"]),
            )
        )
        for line_id, currency_id, amount in rows:
            totals.setdefault(line_id, {})[currency_id] = float(amount or 0)
        return totals

    def _is_once_and_over(self, states=("draft", "posted", "cancel")):
        """Return whether a line of a contract that is sold once is billed, whatever came of it.

        Core would ask again for what was given back, see :meth:`_get_once_to_bill`.

        :param states: states of the documents that count
        :rtype: bool
        """
        self.ensure_one()
        return (
            self.state == "sale"
            and self.order_id.is_subscription
            and not self.recurrence_id
            and not self.display_type
            and not self.is_downpayment
            and bool(self.invoice_lines)
            and self.product_uom_qty >= 0
            and self.qty_invoiced + self.qty_to_invoice <= self._get_once_billed(states)
        )

    @api.depends("recurrence_id", "qty_to_invoice")
    def _compute_untaxed_amount_to_invoice(self):
        none = self.filtered(
            lambda line: line._is_recurring_confirmed() or line._is_once_and_over(MADE)
        )
        none.untaxed_amount_to_invoice = 0.0
        super(SaleOrderLine, self - none)._compute_untaxed_amount_to_invoice()

    @api.depends("recurrence_id", "state", "qty_to_invoice")
    def _compute_amount_to_invoice(self):
        super()._compute_amount_to_invoice()
        for line in self:
            if line._is_recurring_confirmed() or line._is_once_and_over(MADE):
                line.amount_to_invoice = 0.0

    @api.depends("recurrence_id", "state")
    def _compute_amount_to_invoice_at_date(self):
        """Leave recurring lines out of core's accrued entries, which know no periods.

        Core compares all that was ever delivered with the latest period that was invoiced.
        """
        super()._compute_amount_to_invoice_at_date()
        for line in self:
            if line._is_recurring_confirmed():
                line.amount_to_invoice_at_date = 0.0
