from odoo import api, models
from odoo.tools import SQL

from ..billing.invoice_balance import ASKING, InvoiceBalance
from ..billing.invoice_money import Money


class SubscriptionFinding(models.Model):
    """Checks of money between documents: what goes back, what is sold once, when it is due."""

    _inherit = "subscription.finding"

    @api.model
    def _find_in_contracts(self, orders):
        found = super()._find_in_contracts(orders)
        if not orders:
            return found
        ids = tuple(orders.ids)
        return [
            *found,
            *self._find_wrong_credits(ids),
            *self._find_once_billed_twice(ids),
            *self._find_due_too_early(ids),
        ]

    # ------------------------------------------------------------------
    # Given back
    # ------------------------------------------------------------------

    @api.model
    def _find_wrong_credits(self, ids):
        """Return invoices that gave back more than they asked for, or less than all of a line.

        What an invoice asked for and what was given back of it is compared tax by tax, and each
        line that was given back whole must leave nothing.
        """
        order_ids = dict(self._get_credited_lines(ids))
        lines = self.env["account.move.line"].browse(order_ids)
        if not lines:
            return []
        balance = InvoiceBalance(lines)
        found = []
        for move, own in lines.grouped("move_id").items():
            over = self._get_over_given(balance, move)
            links = {"move_id": move.id}
            if over:
                facts = {"difference": float(over)}
                found.append(
                    self._prepare_finding("over_given", order_ids[own[0].id], facts=facts, **links)
                )
                continue
            for line in own.filtered("subscription_billed_period_ids"):
                left = balance.get_left(line.sudo())
                amounts = [left.total, *left.taxes.values()]
                if not left.basis and balance.asked[line.sudo()].basis and any(amounts):
                    facts = {"difference": float(max(amounts, key=abs))}
                    found.append(
                        self._prepare_finding(
                            "open_rest",
                            order_ids[line.id],
                            facts=facts,
                            invoice_line_id=line.id,
                            **links,
                        )
                    )
        return found

    @api.model
    def _get_credited_lines(self, ids):
        """Return ids of posted lines of which something was given back, each with a contract.

        What is sold once counts too: it stands beside the period of its invoice.
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT row.invoice_line_id, min(row.order_id)
                  FROM subscription_billed_period row
                  JOIN account_move_line line ON line.id = row.invoice_line_id
                 WHERE row.order_id IN %s AND line.parent_state = 'posted'
                   AND row.kind IN ('charge', 'move') AND row.booked_amount != 0
                   AND (EXISTS (SELECT FROM subscription_billed_period back
                                 WHERE back.reverses_id = row.id AND back.kind = 'credit'
                                   AND back.invoice_line_id != row.invoice_line_id)
                        OR EXISTS (SELECT FROM account_move_line back
                                    WHERE back.subscription_adjusted_period_id = row.id))
                 GROUP BY row.invoice_line_id
                 UNION
                SELECT line.id, min(sol.order_id)
                  FROM sale_order_line sol
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move_line back ON back.subscription_origin_line_id = line.id
                 WHERE sol.order_id IN %s AND sol.recurrence_id IS NULL
                   AND line.parent_state = 'posted' AND back.parent_state = 'posted'
                 GROUP BY line.id ORDER BY 1
                """,
                ids,
                ids,
            )
        )

    @api.model
    def _get_over_given(self, balance, move):
        """Return by how much too much was given back of an invoice, of one tax or in all.

        A tax of which a voucher took more than the lines asked for has nothing to give back: less
        of it was asked for than nothing, and a part of that is no more than all of it.

        Of a credit note of rebates that is what was asked for again.

        :rtype: Decimal
        """
        asked, given = Money(), Money()
        for line in move.sudo().line_ids.filtered(lambda line: line.display_type in ASKING):
            if balance.asked[line].total and not line._is_credit_of_another():
                asked.add(balance.asked[line])
                given.add(balance.given[line])
        sign = -1 if asked.total < 0 else 1
        taxes = [
            sign * given.taxes.get(tax, 0) - max(sign * amount, 0)
            for tax, amount in asked.taxes.items()
        ]
        return max(sign * (given.total - asked.total), *taxes, 0)

    # ------------------------------------------------------------------
    # Sold once, due dates
    # ------------------------------------------------------------------

    @api.model
    def _find_once_billed_twice(self, ids):
        """Return lines that are sold once and that invoices ask for more often."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sol.id
                  FROM sale_order_line sol
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE sol.order_id IN %s AND sol.recurrence_id IS NULL
                   AND sol.display_type IS NULL AND NOT COALESCE(sol.is_downpayment, false)
                   AND move.move_type = 'out_invoice' AND line.quantity > 0
                   AND move.state IN ('draft', 'posted')
                 GROUP BY sol.id HAVING count(*) > 1 ORDER BY sol.id
                """,
                ids,
            )
        )
        return [
            self._prepare_finding(
                "once_twice", line.order_id.id, line_id=line.id, facts={"over": over}
            )
            for line in self.env["sale.order.line"].browse(row[0] for row in rows)
            if (over := line._get_requested_too_much())
        ]

    @api.model
    def _find_due_too_early(self, ids):
        """Return posted invoices that were due before the day on which they were made."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT min(row.order_id), move.id, move.invoice_date, move.invoice_date_due
                  FROM subscription_billed_period row
                  JOIN account_move move ON move.id = row.move_id
                 WHERE row.order_id IN %s AND move.state = 'posted'
                   AND move.move_type = 'out_invoice'
                   AND move.invoice_date_due < move.invoice_date
                 GROUP BY move.id ORDER BY move.id
                """,
                ids,
            )
        )
        return [
            self._prepare_finding(
                "due_day",
                order_id,
                move_id=move_id,
                facts={"day": made.isoformat(), "stored": due.isoformat()},
            )
            for order_id, move_id, made, due in rows
        ]

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _get_message_over_given(self, words):
        return self.env._(
            "%(difference)s more was given back of %(invoice)s than it asked for (%(contract)s).",
            **words,
            difference=self._format_amount(self.facts.get("difference")),
        )

    def _get_message_open_rest(self, words):
        return self.env._(
            "A line of %(invoice)s was given back whole, but %(difference)s of it is left "
            "(%(contract)s).",
            **words,
            difference=self._format_amount(self.facts.get("difference")),
        )

    def _get_message_once_twice(self, words):
        return self.env._(
            "%(product)s is sold once on %(contract)s, and invoices ask for it more than once.",
            **words,
        )

    def _get_message_due_day(self, words):
        return self.env._(
            "%(invoice)s of %(contract)s is of %(day)s, but was due on %(stored)s already.", **words
        )

    def _get_manual_cures(self):
        """Add what to do about money between documents."""
        return {
            **super()._get_manual_cures(),
            "over_given": self.env._(
                "Look at the credit notes of this invoice and cancel the one that is too much, or "
                "ask the customer for the difference on an invoice made by hand."
            ),
            "open_rest": self.env._(
                "Make a credit note of this invoice for the rest, or write it off."
            ),
            "once_twice": self.env._(
                "Make a credit note for the invoice that is too much, and choose that its days "
                "stay billed."
            ),
            "due_day": self.env._("Set the due date of the invoice to the day it should have."),
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _is_credit_of_another(self):
        """Return whether this line gives back something of another document."""
        self.ensure_one()
        rows = self.subscription_billed_period_ids
        is_share = self.subscription_origin_line_id and not rows
        return bool(is_share) or (bool(rows) and not any(row._is_cover() for row in rows))
