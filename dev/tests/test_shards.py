"""The shards of ``make test`` run every file once, and one bad shard fails the whole run."""

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from bootstrap import shard_runs, shards
from bootstrap.common import ProblemError
from bootstrap.core import COMPAT_FOLDERS
from bootstrap.settings import ROOT
from bootstrap.shard_runs import Run, report, run_all
from bootstrap.shards import Durations, count_shards, find_files, split
from bootstrap.testing import _own_file, map_paths

GOOD = "def test_good():\n    pass\n\n\ndef test_better():\n    pass\n"
BAD = "def test_bad():\n    assert 1 == 2, 'one is not two'\n"
BROKEN = "import nothing_of_that_name\n"
SKIPPED = "import pytest\n\n\ndef test_page():\n    pytest.skip({reason!r})\n"
KILLED = "import os\n\n\ndef test_end():\n    os.kill(os.getpid(), 9)\n"
DEAF = """
import signal
import time
from pathlib import Path

def test_deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path("deaf").touch()
    time.sleep(60)
"""
SUBTESTS = """
import unittest

class TestParts(unittest.TestCase):
    def test_parts(self):
        for part in (1, 2, 3):
            with self.subTest(part):
                self.assertEqual(part, 1)
"""


@pytest.fixture(name="make_run")
def fixture_make_run(tmp_path):
    """Return a function that makes a shard of one file, without Odoo."""
    environ = {key: value for key, value in os.environ.items() if key != "ODOO_RC"}

    def make(name, text, *arguments):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"test_{name}.py").write_text(text)
        plugins = ["-p", "no:odoo", "-p", "no:cacheprovider", "-p", "sr_pytest", "-p", "sr_shard"]
        command = [sys.executable, "-m", "pytest", *plugins, "--rootdir", folder]
        command += [f"--shard-events={folder / 'events'}", *arguments, f"test_{name}.py"]
        files = {"folder": folder, "log": folder / "log", "events": folder / "events"}
        return Run(name=name, command=command, environ=environ, **files)

    return make


def add_up(capsys, *runs):
    """Run shards and return the exit code and the lines of the report."""
    run_all(runs, 2)
    capsys.readouterr()
    code = report(runs)
    return code, capsys.readouterr().out.splitlines()


# How files are spread


def durations(root, **seconds):
    """Return durations of files that are named without folder and ending."""
    (root / "dev").mkdir(exist_ok=True)
    found = Durations(root)
    found.record({f"tests/test_{name}.py": value for name, value in seconds.items()})
    return Durations(root)


def test_neighbours_meet_all_tests_of_the_addon():
    names = find_files(ROOT, COMPAT_FOLDERS)
    assert set(names) == {*find_files(ROOT, ["tests"]), "dev/compat/test_neighbours.py"}


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 500])
def test_every_file_of_this_repository_is_in_one_shard(at_once):
    names = find_files(ROOT)
    shares = split(names, Durations(ROOT), at_once)
    assert sorted(name for share in shares for name in share) == names
    assert len(shares) >= min(at_once, len(names) - len(find_files(ROOT, ["dev/tests"])))
    assert all(shares)


def test_the_files_are_those_that_pytest_finds():
    """Nothing is left out that a run without shards would collect."""
    command = ["-m", "pytest", "--collect-only", "-q", "-p", "no:odoo", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *command, "."],
        cwd=ROOT / "tests" / "engine",
        env={key: value for key, value in os.environ.items() if key != "ODOO_RC"},
        capture_output=True,
        text=True,
        check=False,
    )
    collected = {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}
    names = [name.removeprefix("tests/engine/") for name in find_files(ROOT, ["tests/engine"])]
    assert collected
    assert sorted(collected) == names


def test_files_are_found_in_every_room_and_nothing_else(tmp_path):
    wanted = ["dev/tests/test_z.py", "tests/billing/test_a.py", "tests/engine/b_test.py"]
    others = ["tests/billing/common.py", "tests/__pycache__/test_a.py", "tests/.x/test_a.py"]
    bridge = "bridges/one/tests/test_bridge.py"
    for name in [*wanted, *others, bridge, "models/test_type.py"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_files(tmp_path) == wanted
    assert find_files(tmp_path, [shards.BRIDGE_FOLDERS]) == [bridge]


def test_long_files_are_spread_and_shards_take_as_long(tmp_path):
    known = durations(tmp_path, tour=60, race=55, a=20, b=20, c=10, d=5)
    shares = split(list(known.seconds), known, 2)
    assert sorted(known.total(share) for share in shares) == [85, 85]
    assert not any({"tests/test_tour.py", "tests/test_race.py"} <= set(share) for share in shares)


def test_a_core_has_several_shards_when_there_is_much_to_do(tmp_path):
    known = durations(tmp_path, **{f"t{number}": 50 for number in range(60)})
    shares = split(list(known.seconds), known, 2)
    assert [known.total(share) for share in shares] == [3000 / 2 / shards.PARTS] * shards.PARTS * 2
    few = list(known.seconds)[:6]
    assert [known.total(share) for share in split(few, known, 2)] == [100, 50, 50, 50, 50]
    assert split(few, known, 1) == [few]


def test_tests_of_processes_have_a_shard_and_the_longest_starts_first(tmp_path):
    known = durations(tmp_path, c=20, d=30)
    processes = ["dev/tests/test_a.py", "dev/tests/test_b.py"]
    known.seconds.update(dict.fromkeys(processes, 14))
    shares = split([*processes, "tests/test_c.py", "tests/test_d.py"], known, 2)
    assert shares == [["tests/test_d.py"], processes, ["tests/test_c.py"]]


def test_moved_file_takes_what_it_took_and_a_new_one_the_middle(tmp_path):
    known = durations(tmp_path, run=40, price=4, tax=2)
    assert known.of("tests/billing/test_run.py") == 40
    assert known.of("tests/rebate/test_rebate.py") == 4
    assert Durations(tmp_path / "empty").of("tests/test_a.py") == shards.UNKNOWN_SECONDS


def test_there_are_as_many_shards_as_cores(monkeypatch):
    monkeypatch.setattr(shards, "count_cores", lambda: 4)
    assert count_shards({}, 1000) == 4
    assert count_shards({}, 130) == 2
    assert count_shards({}, 5) == 1
    assert count_shards({"SR_SHARDS": "6"}, 5) == 6


@pytest.mark.parametrize("wanted", ["0", "-1", "many", "1.5"])
def test_wrong_number_of_shards_is_named(wanted):
    with pytest.raises(ProblemError, match=f"SR_SHARDS={wanted} is not a number of shards"):
        count_shards({"SR_SHARDS": wanted}, 1000)


def test_limit_of_a_container_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(shards, "CPU_LIMIT", tmp_path / "cpu.max")
    monkeypatch.setattr(shards.os, "sched_getaffinity", lambda _pid: range(8))
    for text, cores in (("max 100000", 8), ("150000 100000", 2), ("1600000 100000", 8)):
        (tmp_path / "cpu.max").write_text(text)
        assert shards.count_cores() == cores


def test_paths_are_told_from_options(tmp_path):
    (tmp_path / "tests" / "billing").mkdir(parents=True)
    settings = SimpleNamespace(root=tmp_path, addon=tmp_path / "link")
    place = SimpleNamespace(settings=settings)
    assert map_paths(place, ["-k", "pause", "-x"]) == (["-k", "pause", "-x"], False)
    mapped = f"{tmp_path}/link/tests/billing"
    assert map_paths(place, ["tests/billing", "-x"]) == ([mapped, "-x"], True)
    assert map_paths(place, ["tests/billing::T"]) == ([f"{mapped}::T"], True)


def test_shards_do_not_write_the_same_report():
    assert _own_file("--junitxml=/out/a.xml", "2") == "--junitxml=/out/a-2.xml"
    assert _own_file("--durations=5", "2") == "--durations=5"


# How they are added up


def test_summary_adds_up_all_shards(make_run, capsys):
    runs = [make_run("one", GOOD), make_run("two", GOOD), make_run("three", GOOD)]
    code, lines = add_up(capsys, *runs)
    assert (code, lines[-1]) == (0, "6 passed, 0 failed")
    assert all(run.cpu_seconds > 0 for run in runs)


def test_failing_shard_fails_the_whole_and_tells_why(make_run, capsys):
    code, lines = add_up(capsys, make_run("one", BAD), make_run("two", GOOD))
    assert (code, lines[-1]) == (1, "2 passed, 1 failed")
    text = "\n".join(lines)
    assert "######## one ########" in text
    assert "AssertionError: one is not two" in text
    assert "FAILED test_one.py::test_bad" in text
    assert "######## two ########" not in text


def test_failed_test_is_named_while_the_others_run(make_run, capsys):
    run_all([make_run("one", BAD), make_run("two", GOOD)], 2)
    out = capsys.readouterr().out
    assert "one: FAILED test_one.py::test_bad" in out
    assert "two: done in" in out


def test_error_counts_as_failed(make_run, capsys):
    code, lines = add_up(capsys, make_run("one", BROKEN), make_run("two", GOOD))
    assert (code, lines[-1]) == (1, "2 passed, 1 failed")
    assert "nothing_of_that_name" in "\n".join(lines)


def test_failed_parts_of_a_test_fail_the_run(make_run, capsys):
    code, lines = add_up(capsys, make_run("one", SUBTESTS))
    assert code == 1
    assert "0 failed" not in lines[-1]


def test_shard_that_dies_fails_the_run(make_run, capsys):
    code, lines = add_up(capsys, make_run("one", KILLED), make_run("two", GOOD))
    assert (code, lines[-1]) == (1, "2 passed, 1 failed")
    assert "one ended with code -9 before its summary" in "\n".join(lines)


def test_shard_that_cannot_start_fails_the_run(make_run, capsys):
    def refuse():
        raise ProblemError("the disk is full")

    run = make_run("one", GOOD)
    run.prepare = refuse
    code, lines = add_up(capsys, run, make_run("two", GOOD))
    assert (code, lines[-1]) == (1, "2 passed, 1 failed")
    assert "one could not start: the disk is full" in lines


def test_shard_without_a_test_fails_the_run(make_run, capsys):
    code, lines = add_up(capsys, make_run("one", "x = 1\n"), make_run("two", GOOD))
    assert (code, lines[-1]) == (1, "2 passed, 1 failed")
    assert "one ran no test" in "\n".join(lines)


def test_option_may_leave_a_shard_without_a_test_but_not_all(make_run, capsys):
    runs = [make_run("one", BAD, "-k", "good"), make_run("two", GOOD, "-k", "good")]
    code, lines = add_up(capsys, *runs)
    assert (code, lines[-1]) == (0, "1 passed, 0 failed")
    code, lines = add_up(capsys, make_run("three", GOOD, "-k", "nothing"))
    assert code == 1
    assert "No test was run." in lines


def test_test_that_may_not_be_skipped_fails_the_run(make_run, capsys):
    page = make_run("one", SKIPPED.format(reason="Chrome executable not found"))
    code, lines = add_up(capsys, page, make_run("two", GOOD))
    assert (code, lines[-1]) == (1, "2 passed, 1 failed")
    assert "tests that may not be skipped" in "\n".join(lines)


def test_other_skipped_test_is_counted(make_run, capsys):
    page = make_run("one", SKIPPED.format(reason="needs a leap year"))
    code, lines = add_up(capsys, page, make_run("two", GOOD))
    assert (code, lines[-1]) == (0, "2 passed, 0 failed, 1 skipped")


def test_interrupted_run_leaves_no_process(make_run, monkeypatch):
    """Also one that does not listen: Odoo takes the signal and may go on."""
    deaf = make_run("deaf", DEAF)
    monkeypatch.setattr(shard_runs, "PATIENCE_SECONDS", 2)

    def interrupt(runs, _threads):
        while not (deaf.folder / "deaf").exists():
            time.sleep(0.1)
        raise KeyboardInterrupt

    monkeypatch.setattr(shard_runs, "_watch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_all([deaf], 1)
    assert deaf.code == -9


def test_seconds_of_each_file_are_told(make_run, capsys):
    run = make_run("one", GOOD)
    add_up(capsys, run)
    assert list(run.end["seconds"]) == ["test_one.py"]
