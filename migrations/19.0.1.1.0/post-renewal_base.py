from odoo.tools import SQL


def migrate(cr, version):
    """Let renewal quotations remember their contract in a field of their own.

    Amendments and renewals shared one field for two shapes, told apart by the type of the order.
    """
    if version:
        move_renewal_bases(cr)


def move_renewal_bases(cr):
    """Move what renewals remember out of the field of the amendments; those keep theirs.

    Running it again does nothing, as nothing is left to move.

    :param cr: cursor of a database whose `sale_order` has both columns
    :return: how many orders were moved
    :rtype: int
    """
    cr.execute(
        SQL(
            """
            UPDATE sale_order
               SET subscription_renewal_base = subscription_baseline,
                   subscription_baseline = NULL
             WHERE subscription_order_type = 'renewal'
               AND subscription_baseline IS NOT NULL
            """
        )
    )
    return cr.rowcount
