from psycopg2.errors import SerializationFailure


class Racing:
    """A cursor whose rows somebody else has changed since its transaction began.

    :param cursor: that of psycopg2
    :param int times: how often it refuses
    """

    query = None

    def __init__(self, cursor, times=1):
        self.cursor = cursor
        self.times = times

    def __getattr__(self, name):
        return getattr(self.cursor, name)

    def execute(self, query, params=None):
        """Refuse to lock, as PostgreSQL does then."""
        if self.times and "FOR NO KEY UPDATE SKIP LOCKED" in query:
            self.times -= 1
            raise SerializationFailure
        return self.cursor.execute(query, params)
