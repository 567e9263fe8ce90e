"""Follow a value through the code of the addon."""

import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

ADDON = Path(__file__).parents[2]
FOLDERS = ("models", "engine", "wizards", "controllers")
DEPTH = 4
# These get every value that is written, whatever they look for.
PASSED = ("_add_missing_default_values",)
KINDS = (int, float, Decimal, Fraction, date)


def holds(value, wanted, depth=DEPTH):
    """Return whether a value is one of the wanted ones, or holds one, however it is written."""
    if isinstance(value, dict):
        return depth > 0 and any(holds(one, wanted, depth - 1) for one in value.values())
    if isinstance(value, (list, tuple)):
        return depth > 0 and any(holds(one, wanted, depth - 1) for one in value[:50])
    slots = getattr(type(value), "__dataclass_fields__", None)
    if slots:
        return depth > 0 and any(
            holds(getattr(value, name, None), wanted, depth - 1) for name in slots
        )
    return isinstance(value, KINDS) and any(value == one for one in wanted)


def is_write_hook(code):
    """Return whether a function gets all values that are written, by the names of its arguments."""
    return not {"vals", "vals_list"}.isdisjoint(code.co_varnames)


def get_room(name):
    """Return the room of a file; the engine counts as one."""
    folder, room, *_rest = Path(name).parts
    return room if folder == "models" else folder


class Walk:
    """The files of the addon in which a value was handed over, in the order it came to them.

    :param wanted: the value in all the ways in which it is written
    """

    def __init__(self, *wanted):
        self.wanted = wanted
        self.files = []

    def __enter__(self):
        self._old = sys.getprofile()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_error):
        sys.setprofile(self._old)

    def _note(self, frame, event, result):
        code = frame.f_code
        if event not in ("call", "return") or code.co_name in PASSED or is_write_hook(code):
            return
        name = self._get_name(code.co_filename)
        if not name or name in self.files:
            return
        values = [result] if event == "return" else list(frame.f_locals.values())
        if any(holds(value, self.wanted) for value in values):
            self.files.append(name)

    def _get_name(self, filename):
        path = Path(filename)
        if not path.is_relative_to(ADDON):
            return ""
        name = path.relative_to(ADDON)
        return str(name) if name.parts[0] in FOLDERS else ""

    @property
    def rooms(self):
        """Return the files by room."""
        rooms = {}
        for name in self.files:
            rooms.setdefault(get_room(name), []).append(name)
        return rooms
