"""One bad line is set aside and never stops the others."""

import logging

from odoo.exceptions import LockError, UserError
from psycopg2 import IntegrityError, OperationalError

from ...engine.errors import EngineError
from ...explain import explain

_logger = logging.getLogger(__name__)

# What can be wrong with the data of a line; anything else is a fault of a program.
EXPLAINED = (UserError, EngineError, IntegrityError)


def do_in_parts(env, items, operation, set_aside):
    """Do something with items together; when that fails, with each half of them.

    :param env: environment of the job
    :param items: a list or records
    :param operation: function of such items
    :param set_aside: function of a single item that failed alone, and of the reason, a sentence
    """
    try:
        with env.cr.savepoint():
            operation(items)
    except (OperationalError, LockError):
        raise  # another process is at it: the whole batch is tried again
    except Exception as error:
        env.invalidate_all(flush=False)
        if len(items) == 1:
            if not isinstance(error, EXPLAINED):
                _logger.exception("revenue of a line cannot be recognised")
            set_aside(items, _get_reason(env, error))
        else:
            middle = len(items) // 2
            for part in (items[:middle], items[middle:]):
                do_in_parts(env, part, operation, set_aside)


def _get_reason(env, error):
    """Return what is wrong in one sentence."""
    if isinstance(error, EXPLAINED):
        return explain(env, error)
    return env._(
        "An unexpected error stopped it: %(error)s. Mend the cause; it is tried again by itself.",
        error=error,
    )
