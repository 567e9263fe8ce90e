"""Start, watch and kill the processes of a stress test."""

import json
import re
import signal
import socket
import subprocess
import tempfile
import time
from os import kill
from pathlib import Path

FIRST_DAY = "2027-01-31"
PATIENCE = 300  # seconds
LOUD = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")
# Core writes every failed statement to the log, also those that are simply tried again.
RETRIED = re.compile(r"could not serialize access|deadlock detected|could not obtain lock")
# The scheduler notes a job that found everything in the hands of others, and one that was killed.
EXPECTED = re.compile(
    r" odoo\.sql_db: bad query[^$]*(could not serialize access|deadlock detected)"
    r"|processed no record"
)


class Worker:
    """One process: a task on the way.

    :param Herd herd: where it was started
    """

    def __init__(self, herd, name, pid):
        self.herd = herd
        self.name = name
        self.pid = pid

    def kill(self):
        """Let the process end at once, whatever it does (kill -9)."""
        kill(self.pid, signal.SIGKILL)

    def wait(self):
        """Wait for the end.

        :return: exit code, negative when a signal ended it
        :rtype: int
        """
        return self.herd.ask(do="wait", pid=self.pid)

    def result(self):
        """Wait for the end and return what the task returned.

        :raise RuntimeError: it failed, with its traceback
        """
        if code := self.wait():
            error = self.herd.folder / f"{self.name}.error"
            raise RuntimeError(error.read_text() if error.exists() else f"{self.name}: {code}")
        return json.loads((self.herd.folder / f"{self.name}.json").read_text())


class Nursery:
    """Where Odoo is loaded, once for all herds of this process: their databases are clones.

    It ends with this process, which holds the other end of its input.

    :param Workplace place: a prepared workplace
    :param str database: any of the databases
    """

    only = None

    def __init__(self, place, database):
        # It goes with this object, at the latest with the process.
        self.temporary = tempfile.TemporaryDirectory(prefix="sr_herd_")
        self.folder = Path(self.temporary.name)
        self.path = str(self.folder / "socket")
        command = [place.settings.python, "-m", "stress.host", database, self.folder, self.path]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            env=place.environ,
            cwd=place.settings.cache,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not self.process.stdout.readline():
            log = self.folder / "nursery.log"
            raise RuntimeError(f"Odoo did not load: {log.read_text() if log.exists() else log}")

    def end(self):
        """Load nothing any more; hosts that were forked go on."""
        self.process.stdin.close()
        self.process.wait()

    @classmethod
    def open(cls, place, database):
        """Return where hosts are asked for, once Odoo is loaded."""
        if not cls.only:
            cls.only = cls(place, database)
        return cls.only.path


class Herd:
    """All processes that work on one database.

    :param Workplace place: a prepared workplace
    :param str database: a database with the addon installed
    :param Path folder: an empty folder for results and logs
    :param bool is_clone: whether it has the same modules as the other databases of these tests
    """

    def __init__(self, place, database, folder, *, is_clone=True):
        self.place = place
        self.database = database
        self.folder = folder
        self.is_clone = is_clone
        self.count = 0
        self.host = self.stream = None

    def __enter__(self):
        alone = None if self.is_clone else Nursery(self.place, self.database)
        path = alone.path if alone else Nursery.open(self.place, self.database)
        self.host = socket.socket(socket.AF_UNIX)
        self.host.connect(path)
        self.stream = self.host.makefile("rw")
        self.ask(database=self.database, folder=str(self.folder))
        if alone:  # it has forked the host of this herd, and nobody else asks it for one
            alone.end()
        return self

    def __exit__(self, *details):
        self.stream.close()
        self.host.close()

    def _hear(self):
        line = self.stream.readline()
        if not line:
            raise RuntimeError(f"The host of {self.database} ended, see {self.folder}.")
        return json.loads(line)

    def ask(self, **request):
        """Send the host a request.

        :return: its answer
        """
        self.stream.write(json.dumps(request) + "\n")
        self.stream.flush()
        return self._hear()

    def start(self, task, **values):
        """Start a process.

        :param str task: a name of ``tasks.TASKS``
        :param values: its parameters; ``day`` is the date on its clock, ``each_day`` those of
            several that come one after the other
        :rtype: Worker
        """
        self.count += 1
        name = f"{self.count:03d}-{task}"
        pid = self.ask(do="start", name=name, task=task, values={"day": FIRST_DAY, **values})
        return Worker(self, name, pid)

    def run(self, task, **values):
        """Start a process and return its result."""
        return self.start(task, **values).result()

    def wait_for(self, name, count):
        """Wait until processes have come to a gate."""
        end = time.monotonic() + PATIENCE
        while len(list(self.folder.glob(f"{name}.at-*"))) < count:
            if time.monotonic() > end:
                raise TimeoutError(f"Not everybody came to the gate {name}.")
            time.sleep(0.01)

    def open_gate(self, name, count):
        """Let processes that wait at a gate go on together, once all have come to it."""
        self.wait_for(name, count)
        (self.folder / f"{name}.open").touch()

    def loud_lines(self):
        """Return warnings and errors in all logs, without those that belong to the game."""
        lines = [
            line
            for path in sorted(self.folder.glob("*.log"))
            for line in _records(path.read_text())
        ]
        loud = [line for line in lines if LOUD.match(line)]
        return [line for line in loud if not EXPECTED.search(line)]

    def retried(self):
        """Return how many statements failed and were tried again, in all processes."""
        text = "".join(path.read_text() for path in self.folder.glob("*.log"))
        return len(RETRIED.findall(text))


def _records(text):
    """Return the records of a log; a record goes on until the next one begins."""
    return re.split(r"\n(?=\d{4}-\d\d-\d\d )", text)
