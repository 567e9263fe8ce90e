"""The price list as it looks to the nightly check days after contracts began."""

from odoo.tools import SQL

SOURCES = """
    product_product product_template subscription_price product_pricelist product_pricelist_item
    account_tax account_fiscal_position uom_uom subscription_recurrence res_currency_rate
    product_template_attribute_value
"""


def age_price_list(env):
    """Let everything that prices are made of look as if nobody had touched it for years.

    A test makes products and sells them in one transaction, of which all have the same time.
    """
    env.flush_all()
    for table in SOURCES.split():
        env.cr.execute(SQL("UPDATE %s SET write_date = '2020-01-01'", SQL.identifier(table)))
    env.invalidate_all()
