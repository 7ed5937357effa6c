"""Races need many connections: only one runs at a time, however many workers the run has."""

import fcntl
import os
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def alone():
    run = os.environ["VESILE_TEST_RUN"]
    with (Path(tempfile.gettempdir()) / f"vesile-races-{run}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
