"""Temporary data folders for tests: empty, fast, and gone afterwards."""

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config.servers.errors import Refusal
from config.servers.folder import Folder
from config.servers.home import ELSEWHERE
from config.servers.privilege import server_account
from config.servers.session import Session
from config.servers.signals import Signals

PREFIX = "vesile-throwaway-"


@contextlib.contextmanager
def throwaway_folder(signals: Signals) -> Iterator[Folder]:
    """A temporary data folder, removed at the end; those of killed launchers are removed first."""
    place = _place()
    _sweep(place, signals)
    draft = Path(tempfile.mkdtemp(prefix=".vesile-new-", dir=place))
    if os.geteuid() == 0:
        draft.chmod(0o711)
    alive = os.open(draft / "alive.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(alive, fcntl.LOCK_EX)
    # Under its real name only once it is locked, so that nobody sweeps it away in between.
    path = draft.rename(place / f"{PREFIX}{secrets.token_hex(6)}")
    try:
        yield Folder(path, signals)
    finally:
        shutil.rmtree(path)
        os.close(alive)


def _place() -> Path:
    account = server_account()
    for place in (Path(os.path.realpath(tempfile.gettempdir())), ELSEWHERE):
        if os.access(place, os.W_OK | os.X_OK) and account.can_reach(place):
            return place
    raise Refusal(
        f"The user {account.name} can use neither {tempfile.gettempdir()} nor {ELSEWHERE}; "
        "set TMPDIR to a folder that it can."
    )


def _sweep(place: Path, signals: Signals) -> None:
    """Remove what launchers left that were killed before they could."""
    for path in place.glob(f"{PREFIX}*"):
        found = path.lstat()
        if found.st_uid != os.geteuid() or path.is_symlink() or not (path / "alive.lock").exists():
            continue
        lock = os.open(path / "alive.lock", os.O_RDWR)
        # In use, or swept by another launcher at this moment.
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Session(Folder(path, signals), throwaway=True).stop()
            shutil.rmtree(path)
        os.close(lock)
