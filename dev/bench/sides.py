"""Two sides of a comparison, each in a process and a database of its own."""

import json
import subprocess
import sys
import time
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "bench.py"


def measure_sides(title, flag, sides, *arguments, log=print):
    """Let `bench.py` measure one side after the other.

    :param str title: of the part
    :param str flag: the option of `bench.py` that measures one side
    :param dict sides: name of the database by side
    :param arguments: further words of the option
    :param log: function that tells how far it is
    :return: by side, what it printed last, read as JSON
    :rtype: dict
    """
    results = {}
    for side, database in sides.items():
        log(f"==> {title}: {side}")
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, str(SCRIPT), flag, database, side, *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        results[side] = json.loads(done.stdout.splitlines()[-1])
        log(f"    {time.monotonic() - begun:.0f} s")
    return results
