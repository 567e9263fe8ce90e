"""Which invoice lines are discounts that are earned with what they lower."""

from odoo.tools import SQL


def get_discounts_query(company):
    """Return a query for the invoice lines of discounts that contracts sell once, beside days.

    What takes a discount back counts as well. A discount that somebody typed on an invoice has the
    days that are typed on it. The same as `account.move.line._is_contract_discount`.

    :param company: `res.company`
    :rtype: SQL
    """
    return SQL(
        """
        WITH sold AS (
            SELECT link.invoice_line_id AS id FROM sale_order_line line
              JOIN sale_order contract ON contract.id = line.order_id
              JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
             WHERE contract.is_subscription AND line.company_id = %(company)s
               AND line.recurrence_id IS NULL AND line.is_downpayment IS NOT TRUE
               AND line.price_unit * line.product_uom_qty < 0
        )
        SELECT line.id FROM account_move_line line
         WHERE line.id IN (SELECT id FROM sold UNION
                           SELECT back.id FROM account_move_line back
                             JOIN sold ON sold.id = back.subscription_origin_line_id)
           AND line.deferred_start_date IS NULL
           AND EXISTS (SELECT FROM account_move_line beside
                        WHERE beside.move_id = line.move_id
                          AND beside.deferred_start_date IS NOT NULL)
        """,
        company=company.id,
    )
