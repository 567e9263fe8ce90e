"""The addon's own exceptions; `explain` turns errors into sentences."""


class OutcomeUnknownError(Exception):
    """A payment provider was asked for money and nobody knows whether it took it.

    No `ValidationError`: core takes those for declined payments.
    """
