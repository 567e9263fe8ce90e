"""One bad line is set aside and never stops the others."""

import logging

from odoo.exceptions import UserError
from psycopg2 import IntegrityError

from ...engine.errors import EngineError
from ...explain import explain
from ..contract.parts import do_in_parts

_logger = logging.getLogger(__name__)

# What can be wrong with the data of a line; anything else is a fault of a program.
EXPLAINED = (UserError, EngineError, IntegrityError)


def recognise_in_parts(env, items, operation, set_aside):
    """Do something with lines together; when that fails, with each half of them.

    :param env: environment of the job
    :param items: a list or records
    :param operation: function of such items
    :param set_aside: function of a single item that failed alone, and of the reason, a sentence
    """
    do_in_parts(env, items, operation, lambda one, error: set_aside(one, _get_reason(env, error)))


def _get_reason(env, error):
    """Return what is wrong in one sentence, and log what is a fault of a program."""
    if isinstance(error, EXPLAINED):
        return explain(env, error)
    _logger.error("revenue of a line cannot be recognised", exc_info=error)
    return env._(
        "An unexpected error stopped it: %(error)s. Mend the cause; it is tried again by itself.",
        error=error,
    )
