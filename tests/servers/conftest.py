"""A data folder for each test."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.launcher import Launcher

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]  # processes are looked up in /proc


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    """As root, pytest's own folders are closed to others, so this is the moved kind of home."""
    launcher = Launcher(Path(os.path.realpath(tmp_path)) / "data")
    yield launcher
    launcher.clean_up()


@pytest.fixture
def open_launcher() -> Iterator[Launcher]:
    """A data folder that every account can reach."""
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="vesile-tests-")))
    folder.chmod(0o711)
    launcher = Launcher(folder / "data")
    yield launcher
    launcher.clean_up()
    shutil.rmtree(folder)
