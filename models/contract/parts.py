"""What a job does for many records together, so that a bad one never stops the others."""

from odoo.exceptions import LockError
from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

LOOKS = 3


def take_rows(env, query):
    """Return the ids of rows that a query locks, as nobody else changed them meanwhile.

    PostgreSQL refuses rows that were changed since the transaction began. That is no fault: the
    query looks again, in a new transaction, so nothing may wait to be committed.

    :param env: environment of the job
    :param SQL query: selects ids, and locks with ``SKIP LOCKED``
    :rtype: list[int]
    """
    env.flush_all()
    for looks_left in reversed(range(LOOKS)):
        try:
            env.cr.execute(query, log_exceptions=False)
            break
        except SerializationFailure:
            env.cr.rollback()
            if not looks_left:
                return []
    return [row_id for (row_id,) in env.cr.fetchall()]


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
