"""Turn typed errors into sentences a user can act on."""

from odoo.tools import format_date

from .engine import errors


class OutcomeUnknownError(Exception):
    """A payment provider was asked for money and nobody knows whether it took it.

    No `ValidationError`: core takes those for declined payments.
    """


# Core leaves it to the database to refuse an invoice line without an account.
MISSING_ACCOUNT = "account_move_line_check_accountable_required_fields"


def explain_engine_error(env, error):
    """Say in one sentence what stopped the billing engine and what to do next.

    :param env: environment, for the language of the reader
    :param error: an instance of ``engine.errors.EngineError``
    :return: the translated sentence
    :rtype: str
    """
    if isinstance(error, errors.TooManyItems):
        return env._(
            "This contract has %(count)s spans to bill on one line, more than the limit of "
            "%(limit)s. Check its start date, then bill it by hand from the contract.",
            count=error.count,
            limit=error.limit,
        )
    if isinstance(error, errors.TooFarAhead):
        return env._(
            "This contract would be billed up to %(day)s, more than %(limit)s months ahead. "
            "Check its recurrence and its dates.",
            day=format_date(env, error.day),
            limit=error.limit_months,
        )
    if isinstance(error, errors.CreditTooLarge):
        return env._(
            "This contract would be credited for more than %(limit)s periods. "
            "Check the date of the last change, then bill it by hand from the contract.",
            limit=error.limit_periods,
        )
    if isinstance(error, errors.OverlappingSegments):
        return env._(
            "Two steps of a contract line overlap in time. Choose dates that follow each other."
        )
    return _explain_refused_change(env, error)


def _explain_refused_change(env, error):
    """Say what is wrong with a change that somebody typed, arguments as above."""
    if isinstance(error, errors.LineEnded):
        return env._(
            "Nothing is left to change from %(day)s on. Choose an earlier day, or add a new line.",
            day=format_date(env, error.day),
        )
    if isinstance(error, errors.DuplicateChange):
        return {
            "quantity": env._(
                "The quantity changes on %(day)s already. Revoke that planned change first.",
                day=format_date(env, error.day),
            ),
            "price": env._(
                "The unit price changes on %(day)s already. Revoke that planned change first.",
                day=format_date(env, error.day),
            ),
            "discount": env._(
                "The discount changes on %(day)s already. Revoke that planned change first.",
                day=format_date(env, error.day),
            ),
        }[error.what]
    if isinstance(error, errors.OverlappingChange):
        return env._(
            "Another change begins on %(planned)s, before this one ends. End this one by then, or "
            "revoke the other one first.",
            planned=format_date(env, error.planned),
        )
    if isinstance(error, errors.InvalidPeriod) and error.start and error.end:
        return env._(
            "%(end)s does not come after %(start)s. Choose a later end.",
            start=format_date(env, error.start),
            end=format_date(env, error.end),
        )
    if isinstance(error, errors.InvalidAmount) and error.what == "quantity":
        return env._("The quantity cannot be negative. Use 0 to stop billing.")
    if isinstance(error, errors.InvalidAmount) and error.what == "discount":
        return env._("A discount cannot be more than 100 %.")
    return env._("The dates of this contract do not fit together: %(detail)s", detail=error)


def explain_database_error(order, error):
    """Say in one sentence what the database refused when a contract was billed.

    :param order: the `sale.order` record
    :param error: an instance of ``psycopg2.IntegrityError``
    :return: the translated sentence
    :rtype: str
    """
    env = order.env
    if error.diag.constraint_name == MISSING_ACCOUNT:
        for product in order.order_line.product_id.with_company(order.company_id):
            accounts = product.product_tmpl_id.get_product_accounts(order.fiscal_position_id)
            if not accounts["income"]:
                return env._(
                    "%(product)s has no income account. Set one on the product or on its "
                    "category, then press Retry.",
                    product=product.display_name,
                )
    for model in env.registry.values():
        if model._table == error.diag.table_name and not model._abstract:
            return env[model._name]._sql_error_to_message(error)
    return str(error)
