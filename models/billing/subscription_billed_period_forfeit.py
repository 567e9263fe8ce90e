from fractions import Fraction

from odoo import api, models

from ...engine.proration import measure


class SaleOrder(models.Model):
    """Days that were paid, then given up by a pause, and are served after all."""

    _inherit = "sale.order"

    def _restore_forfeited(self, since, day):
        """Cover again what one contract had paid and given up when its pause ends early.

        The pause took all its billed days away without giving money back. Those that are served
        now must not be charged a second time.

        :param date since: first day of the pause
        :param date day: first day of service after it
        """
        self.ensure_one()
        plan = {line: self._get_effective_segments(line) for line in self._get_recurring_lines()}
        restored = self._prepare_restored_rows(since, day, plan)
        # sudo: nobody has the right to write the ledger
        Ledger = self.env["subscription.billed.period"].sudo()
        Ledger._create_rows([values for vals_list in restored.values() for values in vals_list])

    def _prepare_restored_rows(self, since, day, plan):
        """Return the rows that cover again what was given up and is served after all.

        :param date since: first day that was given up
        :param date day: first day of service after it
        :param dict plan: engine segments by line, as they are from then on
        :return: values of ledger rows by line
        :rtype: dict
        """
        restored = {}
        for line, segments in plan.items():
            # sudo: whoever took a contract over may not read the ledger of the one before
            rows = line.billed_period_ids.sudo()
            forfeits = rows.filtered(
                lambda row: row.kind == "forfeit" and row.start_date >= since and row.end_date > day
            ).sorted(lambda row: (row.revision, row.n), reverse=True)
            if not forfeits:
                continue
            until = max(day, self._subscription_today())
            for due in line._get_due_items(segments, until, [], rows._get_engine_rows()):
                if not due.is_credit:
                    restored.setdefault(line, []).extend(
                        forfeits._prepare_restored_values(due.item.span, due.item.quantity)
                    )
        return restored


class SubscriptionBilledPeriod(models.Model):
    _inherit = "subscription.billed.period"

    def _prepare_restored_values(self, span, quantity):
        """Return rows that cover a span again as far as these forfeits gave it up, in their order.

        They belong to no invoice line: the money stands on the line of the row that was forfeited.

        :param span: days that would be charged, an engine `Period`
        :param quantity: units that would be charged, Decimal
        :rtype: list[dict]
        """
        vals_list = []
        for row in self:
            entry = row._get_engine_entry()
            part, back = entry.span.intersect(span), min(quantity, entry.quantity)
            if part and back > 0:
                quantity -= back
                share = row._get_share(entry, part, back)
                vals_list.append(
                    row._prepare_copy_values(
                        "move",
                        part,
                        back,
                        computed_amount=-row.currency_id.round(row.computed_amount * share),
                        booked_amount=-row.currency_id.round(row.booked_amount * share),
                        note=self.env._("Served after all: service goes on earlier."),
                    )
                )
        return vals_list

    def _get_served_after_all(self):
        """Return the rows that cover again what forfeits of these rows gave up."""
        forfeits = self.reversed_by_ids.filtered(lambda row: row.kind == "forfeit")
        periods = {(row.line_id, row.full_start_date) for row in forfeits}
        return forfeits.line_id.billed_period_ids.filtered(
            lambda row: (
                row.kind == "move"
                and not row.invoice_line_id
                and (row.line_id, row.full_start_date) in periods
            )
        )

    @api.model
    def _get_share(self, entry, part, quantity):
        """Return which share of a forfeit a part of its days and units is.

        :param entry: the forfeit, an engine `Entry`
        :param part: some of its days, an engine `Period`
        :param quantity: some of its units, Decimal
        :rtype: float
        """
        terms = entry.terms
        unit = terms.grid.recurrence.unit
        own_day = terms.grid.anchor.day
        whole, some = (
            measure(terms.convention, entry.full, span, unit, own_day)
            for span in (entry.span, part)
        )
        days = some / whole if whole else Fraction(1)
        return float(days * Fraction(quantity) / Fraction(entry.quantity))
