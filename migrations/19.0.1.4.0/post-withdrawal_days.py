from odoo.tools import SQL


def migrate(cr, version):
    """Keep on contracts the right of withdrawal that their templates give until now."""
    if version:
        keep_withdrawal_days(cr)


def keep_withdrawal_days(cr):
    """Copy the days of the right from the templates of new contracts that have it.

    :param cr: cursor of a database with the tables of the addon
    :return: how many contracts have the right
    :rtype: int
    """
    cr.execute(
        SQL(
            """
            UPDATE sale_order
               SET subscription_withdrawal_days = template.withdrawal_days
              FROM subscription_template template, res_partner customer, res_partner firm
             WHERE template.id = sale_order.subscription_template_id
               AND customer.id = sale_order.partner_id
               AND firm.id = customer.commercial_partner_id
               AND sale_order.state = 'sale'
               AND sale_order.subscription_order_type = 'new'
               AND sale_order.subscription_state IS NOT NULL
               AND template.withdrawal_days > 0
               AND NOT (template.withdrawal_consumers_only AND firm.is_company IS TRUE)
            """
        )
    )
    return cr.rowcount
