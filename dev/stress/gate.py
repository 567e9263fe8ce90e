"""Where processes wait for each other."""

import os
import time


def wait_at(folder, gate):
    """Wait until everybody is there."""
    (folder / f"{gate}.at-{os.getpid()}").touch()
    while not (folder / f"{gate}.open").exists():
        time.sleep(0.002)
