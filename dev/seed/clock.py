"""The clock of the history: every event happens on its own day."""

from contextlib import contextmanager
from datetime import datetime, time, timedelta
from unittest.mock import patch

from freezegun import api as freezegun_api
from freezegun import freeze_time
from odoo.sql_db import BaseCursor, Cursor

MORNING = time(6)  # UTC: a little before the office opens in Vienna


class Clock:
    """A clock that stands still until somebody moves it.

    :param frozen: freezegun's factory
    :param random.Random random: makes the minutes between two events
    """

    def __init__(self, frozen, random):
        self._frozen = frozen
        self._random = random
        self.day = None

    def move_to(self, day):
        """Begin a day.

        :param date day: never before the day on which the clock stands
        """
        self.day = day
        self._frozen.move_to(datetime.combine(day, MORNING))

    def pass_minutes(self):
        """Let a few minutes pass, as between two things that people do."""
        self._frozen.tick(timedelta(seconds=self._random.randint(60, 540)))


@contextmanager
def moved_clock(random):
    """Take the clock over, for Python and for the dates that Odoo stamps on records."""

    def now(_cursor):
        return datetime.now()  # noqa: DTZ005 - Odoo's moments are UTC and say so nowhere

    with (
        freeze_time(datetime.now()) as frozen,  # noqa: DTZ005
        patch.object(BaseCursor, "now", now),
        patch.object(Cursor, "commit", commit),
    ):
        yield Clock(frozen, random)


def commit(cursor):
    """Commit as Odoo does, but keep what was read: nobody else works here, and each day forgets.

    The jobs commit after every customer; each time Odoo would read everything again.
    """
    cursor.flush()
    cursor._cnx.commit()
    cursor._now = None
    for hooks in (cursor.precommit, cursor.prerollback, cursor.postrollback):
        hooks.clear()
    cursor.postcommit.run()


class Progress:
    """Tells the person at the keyboard how far the history has come."""

    def __init__(self):
        self._start = freezegun_api.real_perf_counter()

    def say(self, text):
        """Print a line with the seconds since the start."""
        seconds = freezegun_api.real_perf_counter() - self._start
        print(f"    {seconds:4.0f} s  {text}", flush=True)
