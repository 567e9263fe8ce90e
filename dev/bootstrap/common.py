"""Steps, commands and errors shared by the other modules."""

import fcntl
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path


class ProblemError(Exception):
    """Something the person at the keyboard has to solve, said in one sentence."""


def say(text):
    """Print one line of progress at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def step(text):
    """Announce a piece of work, and how long it took once it is done."""
    start = time.monotonic()
    say(f"==> {text}")
    yield
    say(f"    done in {time.monotonic() - start:.0f} s")


def run(command, *, log=None, check=True, **kwargs):
    """Run a command that asks nothing.

    :param list command: program and arguments
    :param Path log: file the output goes to; captured when empty
    :param bool check: raise ProblemError with the last lines when it fails
    :return: the finished process; its ``stdout`` is text when there is no log
    :rtype: subprocess.CompletedProcess
    """
    command = [str(part) for part in command]
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as stream:
            done = subprocess.run(
                command, check=False, stdout=stream, stderr=subprocess.STDOUT, **kwargs
            )
    else:
        done = subprocess.run(
            command,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **kwargs,
        )
    if check and done.returncode:
        lines = log.read_text(errors="replace") if log else done.stdout
        tail = "\n".join(lines.splitlines()[-15:])
        where = f" (all of it: {log})" if log else ""
        raise ProblemError(f"{Path(command[0]).name} failed{where}; its last lines:\n{tail}")
    return done


@contextmanager
def locked(path):
    """Let one process at a time work on the cache.

    :param Path path: the lock file
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"==> Waiting for another run to finish ({path.name})")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def is_root():
    """Tell whether this process may install packages and change users."""
    return os.geteuid() == 0
