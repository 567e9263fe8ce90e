from odoo.tools import SQL


def migrate(cr, version):
    """Leave the templates of before as they were: nobody agreed that customers close online."""
    if version:
        keep_closing_inside(cr)


def keep_closing_inside(cr):
    """Switch closing by customers off on all templates.

    :param cr: cursor of a database whose `subscription_template` has the column
    :return: how many templates there are
    :rtype: int
    """
    cr.execute(SQL("UPDATE subscription_template SET customers_may_close = FALSE"))
    return cr.rowcount
