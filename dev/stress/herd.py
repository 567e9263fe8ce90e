"""Start, watch and kill the processes of a stress test."""

import json
import re
import signal
import subprocess
import time
from os import kill

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


class Herd:
    """All processes that work on one database.

    :param Workplace place: a prepared workplace
    :param str database: a database with the addon installed
    :param Path folder: an empty folder for results and logs
    """

    def __init__(self, place, database, folder):
        self.place = place
        self.database = database
        self.folder = folder
        self.count = 0
        self.host = None

    def __enter__(self):
        command = [self.place.settings.python, "-m", "stress.host", self.database, self.folder]
        self.host = subprocess.Popen(
            [str(part) for part in command],
            env=self.place.environ,
            cwd=self.place.settings.cache,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear()
        return self

    def __exit__(self, *details):
        self.host.stdin.close()
        self.host.wait()

    def _hear(self):
        line = self.host.stdout.readline()
        if not line:
            raise RuntimeError(f"The host of {self.database} ended, see {self.folder}.")
        return json.loads(line)

    def ask(self, **request):
        """Send the host a request.

        :return: its answer
        """
        self.host.stdin.write(json.dumps(request) + "\n")
        self.host.stdin.flush()
        return self._hear()

    def start(self, task, **values):
        """Start a process.

        :param str task: a name of ``tasks.TASKS``
        :param values: its parameters; ``day`` is the date on its clock
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
