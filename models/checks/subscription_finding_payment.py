from odoo import api, fields, models
from odoo.tools import SQL

from ... import const
from ...engine import charging
from ..charging.account_move_doors import BILLED_ELSEWHERE

# What came in this lately may be on its way into the books.
BOOKED_WITHIN_HOURS = 6
# Documents that took the place of one that was cancelled, or given back to be billed again, with
# money under way for both.
TWINS = """
    SELECT new.id, array_agg(DISTINCT old_way.reference)
           || array_agg(DISTINCT new_way.reference)
      FROM way old_way
      JOIN account_move old ON old.id = old_way.invoice_id AND %(billed_elsewhere)s
      JOIN account_move_line old_line ON old_line.move_id = old.id
      JOIN sale_order_line_invoice_rel old_sold
           ON old_sold.invoice_line_id = old_line.id
      JOIN sale_order_line_invoice_rel new_sold
           ON new_sold.order_line_id = old_sold.order_line_id
      JOIN account_move_line new_line ON new_line.id = new_sold.invoice_line_id
       AND new_line.deferred_start_date <= old_line.deferred_end_date
       AND new_line.deferred_end_date >= old_line.deferred_start_date
      JOIN account_move new ON new.id = new_line.move_id AND new.state != 'cancel'
       AND new.id > old.id AND new.move_type = 'out_invoice'
      JOIN way new_way ON new_way.invoice_id = new.id AND new_way.id != old_way.id
     GROUP BY new.id
"""


class SubscriptionFinding(models.Model):
    """Checks of money that is under way, and of money that came in."""

    _inherit = "subscription.finding"

    @api.model
    def _find_in_database(self):
        return [
            *super()._find_in_database(),
            *self._find_unbooked_money(),
            *self._find_two_charges(),
        ]

    # ------------------------------------------------------------------
    # Came in
    # ------------------------------------------------------------------

    @api.model
    def _find_unbooked_money(self):
        """Return payments of contracts that are done and in no books."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT tx.id, tx.reference, min(link.invoice_id), tx.subscription_booking_error,
                       min(sale_order.id)
                  FROM payment_transaction tx
                  JOIN account_invoice_transaction_rel link ON link.transaction_id = tx.id
                  JOIN account_move_line line ON line.move_id = link.invoice_id
                  JOIN sale_order_line_invoice_rel sold ON sold.invoice_line_id = line.id
                  JOIN sale_order_line ON sale_order_line.id = sold.order_line_id
                  JOIN sale_order ON sale_order.id = sale_order_line.order_id
                  LEFT JOIN account_payment payment ON payment.id = tx.payment_id
                 WHERE %(unbooked)s AND sale_order.subscription_anchor_date IS NOT NULL
                 GROUP BY tx.id
                 UNION ALL
                SELECT tx.id, tx.reference, NULL, tx.subscription_booking_error,
                       min(sale_order.id)
                  FROM payment_transaction tx
                  JOIN sale_order_transaction_rel link ON link.transaction_id = tx.id
                  JOIN sale_order ON sale_order.id = link.sale_order_id
                  LEFT JOIN account_payment payment ON payment.id = tx.payment_id
                 WHERE %(unbooked)s AND sale_order.is_subscription
                   AND NOT EXISTS (
                       SELECT FROM account_invoice_transaction_rel other
                        WHERE other.transaction_id = tx.id)
                 GROUP BY tx.id
                """,
                unbooked=self._get_unbooked_sql(),
            )
        )
        return [
            self._prepare_finding(
                "unbooked",
                order_id,
                move_id=move_id,
                transaction_id=tx_id,
                facts={"references": [reference], "reason": reason or ""},
            )
            for tx_id, reference, move_id, reason, order_id in rows
        ]

    @api.model
    def _get_unbooked_sql(self):
        """Return condition on transactions `tx` of which no `payment` tells the books."""
        return SQL(
            """
            tx.state = 'done' AND tx.operation NOT IN ('refund', 'validation')
            AND tx.amount > 0 AND tx.last_state_change < %s
            AND (payment.id IS NULL OR payment.state IN ('draft', 'canceled', 'rejected'))
            AND NOT EXISTS (
                SELECT FROM payment_transaction part
                 WHERE part.source_transaction_id = tx.id AND part.operation != 'refund')
            """,
            fields.Datetime.subtract(fields.Datetime.now(), hours=BOOKED_WITHIN_HOURS),
        )

    # ------------------------------------------------------------------
    # Under way
    # ------------------------------------------------------------------

    @api.model
    def _find_two_charges(self):
        """Return documents for whose days more money is under way than they ask for.

        Either two payments are at work on one document, or one on a cancelled document and one on
        that which took its place. Two charges of our own are a finding of their own.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH way AS (
                    SELECT tx.id, tx.reference, tx.amount, link.invoice_id,
                           tx.subscription_invoice_id IS NULL AS is_foreign,
                           count(*) OVER (PARTITION BY tx.id) AS documents
                      FROM payment_transaction tx
                      JOIN payment_provider provider ON provider.id = tx.provider_id
                      JOIN account_invoice_transaction_rel link ON link.transaction_id = tx.id
                     WHERE %(under_way)s
                )
                SELECT move.id, array_agg(way.reference ORDER BY way.id)
                  FROM way JOIN account_move move ON move.id = way.invoice_id
                 WHERE way.documents = 1 AND move.state != 'cancel'
                 GROUP BY move.id
                HAVING count(*) > 1 AND bool_or(way.is_foreign) AND sum(way.amount) > 0.005 + CASE
                       WHEN move.state = 'posted' THEN move.amount_residual
                       ELSE move.amount_total END
                 UNION ALL
                %(twins)s
                """,
                under_way=self._get_under_way_sql(),
                twins=SQL(TWINS, billed_elsewhere=SQL(BILLED_ELSEWHERE, move=SQL("old"))),
            )
        )
        orders = self._get_orders_of_invoices([row[0] for row in rows])
        return [
            self._prepare_finding(
                "two_charges",
                orders.get(move_id),
                move_id=move_id,
                facts={"references": references},
            )
            for move_id, references in rows
            if orders.get(move_id)
        ]

    @api.model
    def _get_under_way_sql(self):
        """Return condition on transactions `tx` of `provider` whose money may still come."""
        return SQL(
            """
            tx.operation NOT IN ('refund', 'validation') AND tx.amount > 0
            AND provider.code NOT IN %s AND (
                (tx.state IN ('pending', 'authorized') AND tx.last_state_change > %s)
                OR (tx.state IN ('draft', 'pending', 'authorized')
                    AND tx.subscription_invoice_id IS NOT NULL)
            )
            """,
            const.PROMISING_PROVIDERS,
            fields.Datetime.now() - charging.SLOWEST_BANK,
        )
