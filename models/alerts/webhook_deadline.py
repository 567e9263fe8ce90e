"""One deadline for a whole call: a host that answers byte by byte is not waited for.

The timeouts of a socket begin again with each byte that comes.
"""

import io
import time
from http.client import HTTPResponse


class TimedFile(io.RawIOBase):
    """What a socket receives, up to a moment.

    :param raw: the unbuffered file of the socket
    :param sock: the socket
    :param float deadline: moment of the monotonic clock
    """

    def __init__(self, raw, sock, deadline):
        super().__init__()
        self.raw = raw
        self.sock = sock
        self.deadline = deadline

    def readable(self):
        """Return True: it is there to be read."""
        return True

    def readinto(self, buffer):
        """Wait for what comes next, no longer than is left.

        :raise TimeoutError: nothing came in time
        """
        hurry(self.sock, self.deadline)
        return self.raw.readinto(buffer)

    def close(self):
        """Let go of the socket."""
        self.raw.close()
        super().close()


def hurry(sock, deadline):
    """Let the next step of a socket take no longer than is left.

    :raise TimeoutError: nothing is left
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the other side was too slow")
    sock.settimeout(left)


def set_deadline(pool, deadline):
    """Let all connections of a pool give up at a moment, whatever has come by then.

    :param pool: a connection pool of `urllib3` that has no connection yet
    :param float deadline: moment of the monotonic clock
    """

    def answer(sock, *args, **kwargs):
        """Read an answer, no longer than is left."""
        response = HTTPResponse(sock, *args, **kwargs)
        response.fp = io.BufferedReader(TimedFile(response.fp.detach(), sock, deadline))
        return response

    class Connection(pool.ConnectionCls):
        response_class = staticmethod(answer)

        def send(self, data):
            """Send what there is, no longer than is left."""
            if self.sock:
                hurry(self.sock, deadline)
            return super().send(data)

    pool.ConnectionCls = Connection
