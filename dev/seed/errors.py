"""How the seed says that its history is not as it must be."""


class UntrueError(Exception):
    """The history shows something that cannot be."""


def demand(truth, message, *values):
    """Check that something is true.

    :raise UntrueError: with the message, its values filled in
    """
    if not truth:
        raise UntrueError(message % values)
