"""What a job does for many records together, so that a bad one never stops the others."""

from odoo.exceptions import LockError
from psycopg2 import OperationalError


def do_in_parts(env, items, operation, set_aside, breaks=Exception):
    """Do something with items together; when that fails, with each half of them.

    :param env: environment of the job
    :param items: a list or records
    :param operation: function of such items
    :param set_aside: function of a single item that failed alone, and of its error
    :param breaks: exceptions that say that an item is bad; others end the job
    """
    try:
        with env.cr.savepoint():
            operation(items)
    except (OperationalError, LockError):
        raise  # another process was faster, or the database is gone: the whole batch comes again
    except breaks as error:
        env.invalidate_all(flush=False)
        if len(items) == 1:
            set_aside(items, error)
            return
        middle = len(items) // 2
        for part in (items[:middle], items[middle:]):
            do_in_parts(env, part, operation, set_aside, breaks)
