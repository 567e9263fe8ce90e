"""Turn errors into sentences that a user can act on; the only place that does."""

from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.tools import format_date
from psycopg2 import IntegrityError

from .engine import errors

# Core leaves it to the database to refuse an invoice line without an account.
MISSING_ACCOUNT = "account_move_line_check_accountable_required_fields"


def explain(env, error, order=None):
    """Say in one sentence why something was refused and what to do next.

    :param env: environment, for the language of the reader
    :param error: a `UserError` (missing rights and invalid values are some), an
        ``engine.errors.EngineError`` or a ``psycopg2.IntegrityError``
    :param order: the `sale.order` that it was about, where the error does not say it
    :return: the translated sentence
    :rtype: str
    """
    if isinstance(error, errors.EngineError):
        return _explain_engine_error(env, error)
    if isinstance(error, IntegrityError):
        return _explain_database_error(env, error, order)
    return str(error.args[0] if error.args else error)


@contextmanager
def told_to_user(env):
    """Let the user read what the engine refuses within this block.

    :param env: environment, for the language of the reader
    :raise UserError: the engine refused the dates of a contract
    """
    try:
        yield
    except errors.EngineError as error:
        raise UserError(explain(env, error)) from error


def _explain_engine_error(env, error):
    """Say what stopped the billing engine, arguments as in :func:`explain`."""
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
    if isinstance(error, errors.DuplicateRow):
        return env._(
            "The ledger of this contract holds one entry twice. Ask your technical administrator "
            "to mend it, then press Retry."
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


def _explain_database_error(env, error, order):
    """Say what the database refused, arguments as in :func:`explain`."""
    if order and error.diag.constraint_name == MISSING_ACCOUNT:
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
