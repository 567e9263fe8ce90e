"""Things that are done by themselves and that one contract must not stop for all others."""

from psycopg2 import OperationalError

from ...exceptions import BREAKS
from ..contract.activities import request_mending


def attempt(order, act):
    """Do something about a contract, all of it or nothing; ask a person where it cannot be done.

    :param order: one `sale.order`, with the rights of the system
    :param act: called without arguments
    :return: whether it was done
    """
    env = order.env
    try:
        with env.cr.savepoint():
            act()
    except OperationalError:
        raise  # another process was faster, or the database is gone: the job comes again
    except BREAKS as error:
        text = env._(
            "What should have been sent to the customer was not: %(reason)s Correct the template "
            "of the mail, and write to the customer yourself.",
            reason=str(error).strip(),
        )
        request_mending(order, env._("A mail could not be sent"), text)
        return False
    return True
