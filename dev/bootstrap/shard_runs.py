"""Shards at work: one process of pytest each, watched, and added up in one line at the end."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .common import ProblemError, say

# A heading such as "==== FAILURES ====": what comes before the first one is pytest's progress.
HEADING = re.compile(r"^={3,} (?!test session starts).+ ={3,}$")
LAST_LINES = 60
COUNTS = ("passed", "failed", "skipped")
STEP_PERCENT = 5
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 10


@dataclass
class Run:
    """One shard.

    :ivar str name: what to call it
    :ivar list command: the process
    :ivar dict environ: its environment
    :ivar Path folder: the folder that the process works in
    :ivar Path log: where its output goes
    :ivar Path events: the file that sr_shard.py writes
    :ivar function prepare: called before the process starts; may raise ProblemError
    """

    name: str
    command: list
    environ: dict
    folder: Path
    log: Path
    events: Path
    prepare: object = None
    process: object = None
    code: int | None = None
    problem: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    collected: int = 0
    done: int = 0
    end: dict = field(default_factory=dict)
    _read: int = 0

    def work(self):
        """Prepare and run the process, and wait for its end."""
        start = time.monotonic()
        try:
            if self.prepare:
                self.prepare()
            with self.log.open("wb") as stream:
                self.process = subprocess.Popen(
                    [str(part) for part in self.command],
                    env=self.environ,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            _pid, status, usage = os.wait4(self.process.pid, 0)
            self.code = self.process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
        except (ProblemError, OSError) as problem:
            self.problem = str(problem)
        self.seconds = time.monotonic() - start

    def hear(self):
        """Read the events that came since the last time.

        :return: the tests that failed
        :rtype: list[str]
        """
        failed = []
        if not self.events.exists():
            return failed
        with self.events.open() as stream:
            stream.seek(self._read)
            lines = stream.read()
        lines = lines[: lines.rfind("\n") + 1]
        self._read += len(lines.encode())
        for event in map(json.loads, lines.splitlines()):
            self.collected = event.get("collected", self.collected)
            self.done += "done" in event
            self.end = event.get("end", self.end)
            failed += [event["failed"]] if "failed" in event else []
        return failed

    def percent(self):
        """Return how much is done."""
        if self.code is not None or self.problem:
            return 100
        return 100 * self.done // self.collected if self.collected else 0

    def counts(self):
        """Return how many tests passed, failed and were skipped; a shard that died failed once."""
        counts = Counter({key: self.end.get(key, 0) for key in COUNTS})
        if not counts["failed"] and self.trouble():
            counts["failed"] = 1
        return counts

    def trouble(self):
        """Return the sentence about a shard that failed otherwise than by its tests."""
        if self.problem:
            return f"{self.name} could not start: {self.problem}"
        if not self.end:
            return f"{self.name} ended with code {self.code} before its summary: see {self.log}"
        if self.has_no_test():
            return f"{self.name} ran no test: see {self.log}"
        if self.code and self.code != 5 and not self.end["failed"]:
            return f"{self.name} ended with code {self.code} although no test failed"
        return ""

    def has_no_test(self):
        """Tell whether it found no test, and not because options such as -k left none over."""
        return not sum(self.end[key] for key in COUNTS) and not self.end["deselected"]

    def details(self):
        """Return what pytest wrote after its progress, without its last line."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        if not self.end:
            return lines[-LAST_LINES:]
        first = next((at for at, line in enumerate(lines) if HEADING.match(line)), len(lines))
        return lines[first:-1]

    def stop(self, kind):
        """Send the process and those it started a signal, if it runs."""
        if self.process and self.code is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, kind)


def run_all(runs, at_once):
    """Let shards run at the same time, telling how far they are.

    :param list runs: the shards, in the order in which they start
    :param int at_once: how many run at the same time
    """
    waiting = list(runs)
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                if not waiting:
                    return
                run = waiting.pop(0)
            run.work()

    threads = [threading.Thread(target=work, daemon=True) for _number in range(at_once)]
    for thread in threads:
        thread.start()
    try:
        _watch(runs, threads)
    except BaseException:
        with lock:
            waiting.clear()
        # Odoo ends what it does at the first signal, if it listens at all.
        for kind in (signal.SIGTERM, signal.SIGKILL):
            for run in runs:
                run.stop(kind)
            for thread in threads:
                thread.join(PATIENCE_SECONDS / len(threads))
        raise


def _watch(runs, threads):
    """Print progress until all threads have ended."""
    told, ended = 0, set()
    alive = True
    while alive:
        alive = any(thread.is_alive() for thread in threads)
        for run in runs:
            for test in run.hear():
                say(f"    {run.name}: FAILED {test}")
            if run.seconds and run.name not in ended:
                ended.add(run.name)
                say(f"    {run.name}: done in {run.seconds:.0f} s ({run.cpu_seconds:.0f} s of CPU)")
        percent = sum(run.percent() for run in runs) // len(runs)
        if percent >= told + STEP_PERCENT and alive:
            told = percent - percent % STEP_PERCENT
            say("    " + ", ".join(f"{run.name}: {run.percent()} %" for run in runs))
        if alive:
            time.sleep(LOOK_SECONDS)


def report(runs):
    """Print the details of all shards, and one line that adds them up.

    :return: 1 when anything failed
    :rtype: int
    """
    for run in runs:
        details = run.details()
        if details:
            say(f"\n######## {run.name} ########")
            say("\n".join(details))
    troubles = [sentence for run in runs if (sentence := run.trouble())]
    total = sum((run.counts() for run in runs), Counter())
    if not troubles and not sum(total.values()):
        troubles = ["No test was run."]
    if troubles:
        say("")
    for sentence in troubles:
        say(sentence)
    say(f"\n{summary(total)}")
    return 1 if troubles or total["failed"] else 0


def summary(counts):
    """Return the last line: '12 passed, 0 failed', and what was skipped."""
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    return f"{line}, {counts['skipped']} skipped" if counts["skipped"] else line
