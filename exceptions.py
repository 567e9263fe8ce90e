"""The addon's own exceptions; `explain` turns errors into sentences."""

from odoo.exceptions import UserError
from psycopg2 import Error

# What a record, a template or an automation rule that somebody wrote may break with.
BREAKS = (UserError, ValueError, KeyError, TypeError, AttributeError, Error)


class OutcomeUnknownError(Exception):
    """A payment provider was asked for money and nobody knows whether it took it.

    No `ValidationError`: core takes those for declined payments.
    """
