"""Small things that several rooms say or count the same way; no model, no database."""

from datetime import timedelta


def join_sentences(texts):
    """Join what a note says, each text closed by a full stop; empty ones are left out.

    :param texts: translated sentences, and what people typed
    :rtype: str
    """
    closed = (text if text[-1] in ".!?" else f"{text}." for text in texts if text)
    return " ".join(closed)


def is_said_by(model, names, known):
    """Tell whether nobody else has a word in methods of a model.

    Where another addon has one, what is done for many records at once is left to it, one by one.

    :param tuple names: names of methods
    :param tuple known: beginnings of the names of Python modules
    """
    return all(
        parent.__module__.startswith(known)
        for parent in type(model).__mro__
        if any(name in vars(parent) for name in names)
    )


def get_number_text(value):
    """Return a quantity or a percentage as people write it: no zeros after the last digit.

    :param value: a float, a Decimal or a Fraction
    :rtype: str
    """
    return f"{float(value):.15g}"


def get_last_day(end):
    """Return the last day of a half-open span, what came in for one that has no end.

    :param end: first day that no longer belongs to the span
    """
    return end and end - timedelta(days=1)


def get_declared(model, name):
    """Return what the rooms declare for one model, each in a class attribute of this name.

    A room cannot name the fields of later rooms; these add theirs where they extend the model.

    :param model: recordset, empty or not
    :param str name: name of the class attribute, a tuple
    :rtype: tuple
    """
    found = (vars(base).get(name, ()) for base in reversed(type(model).__mro__))
    return tuple(dict.fromkeys(value for values in found for value in values))
