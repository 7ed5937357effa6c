"""The data folder: where it is, its locks, and the secrets it keeps."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.servers import process
from config.servers.errors import Refusal
from config.servers.signals import Signals

PROJECT = Path(__file__).resolve().parents[2]
# Long enough for another launcher's crash recovery or final checkpoint.
LOCK_PATIENCE = 300.0
KNOWN_FILES = ("state.json", "keys.json", "postgres.log", "redis.log", "MOVED.txt", "users.lock")


def data_folder() -> Path:
    """VESILE_DATA_DIR (a relative path counts from the project) or `.data` in the project."""
    chosen = os.environ.get("VESILE_DATA_DIR") or ".data"
    return Path(os.path.realpath(PROJECT / Path(chosen).expanduser()))


class Folder:
    """A data folder shared by any number of launchers.

    Two locks: `start.lock` (exclusive, held while servers are started or stopped) and `users.lock`
    (shared, held for as long as a command uses the servers). Whoever gets the second one
    exclusively, while holding the first, is alone.
    """

    def __init__(self, path: Path, signals: Signals) -> None:
        self.path = path
        self.signals = signals

    def create(self) -> None:
        """Make the folder, or refuse in one sentence when it cannot be used."""
        if self.path.exists() and not self.path.is_dir():
            raise Refusal(
                f"The data folder {self.path} is a file; "
                "remove it or set VESILE_DATA_DIR to a folder."
            )
        try:
            if not self.path.exists():
                self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
                if os.geteuid() == 0:
                    # The servers' account passes through to its own folder; files stay private.
                    self.path.chmod(0o711)
            os.close(self._open(self.path / "start.lock"))
        except OSError as error:
            raise Refusal(
                f"The data folder {self.path} cannot be written ({error.strerror}); "
                "make it writable or set VESILE_DATA_DIR to another folder."
            ) from error

    @contextlib.contextmanager
    def starting(self, *, leaving: bool = False) -> Iterator[None]:
        """Hold the right to start and stop servers.

        Waiting for it can be interrupted, except when `leaving`: the servers must be stopped.
        """
        lock = self._lock_start(leaving)
        try:
            yield
        finally:
            os.close(lock)

    def _lock_start(self, leaving: bool) -> int:
        path = self.path / "start.lock"
        for _ in process.ticks(LOCK_PATIENCE, pause=0.02):
            lock = self._open(path)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # `destroy` may have removed the file between opening and locking it.
                if path.exists() and os.path.samestat(os.fstat(lock), path.stat()):
                    return lock
            os.close(lock)
            if not leaving:
                self.signals.check()
        raise Refusal(
            f"Another process has been starting or stopping the servers of {self.path} for "
            f"{LOCK_PATIENCE:.0f} seconds; stop it and try again."
        )

    def join(self) -> int:
        """Count as a user of the servers until the returned descriptor is closed."""
        users = self._open(self.path / "users.lock")
        fcntl.flock(users, fcntl.LOCK_SH)
        return users

    def is_unused(self) -> bool:
        """Whether no command uses the servers; only meaningful inside `starting()`."""
        users = self._open(self.path / "users.lock")
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(users)

    def read(self, name: str) -> dict[str, Any]:
        """A small JSON file of this folder, empty where it does not exist or was cut short."""
        try:
            content = json.loads((self.path / name).read_text())
        except (FileNotFoundError, ValueError):
            return {}
        except PermissionError as error:
            raise Refusal(
                f"The data folder {self.path} belongs to another user; "
                "run as that user or set VESILE_DATA_DIR to another folder."
            ) from error
        return content if isinstance(content, dict) else {}

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Replace a small private JSON file in one step, so that a power cut leaves old or new."""
        draft = self.path / f".{name}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        self._share_owner(draft)
        draft.replace(self.path / name)
        sync_folder(self.path)

    def keys(self) -> dict[str, str]:
        """The local development keys, generated once."""
        kept = self.read("keys.json")
        if not {"SECRET_KEY", "VESILE_FINGERPRINT_KEY"} <= kept.keys():
            kept = {**new_keys(), **kept}
            self.write("keys.json", kept)
        return kept

    def forget(self) -> None:
        """Remove what this folder keeps besides the servers' data, and the folder when empty."""
        for draft in self.path.glob(".*.json.*"):
            draft.unlink(missing_ok=True)
        for name in (*KNOWN_FILES, "start.lock"):
            (self.path / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.path.rmdir()

    def _open(self, path: Path) -> int:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Refusal(
                f"The data folder {self.path} cannot be written ({error.strerror}); "
                "run as the user it belongs to or set VESILE_DATA_DIR to another folder."
            ) from error
        self._share_owner(path)
        return descriptor

    def _share_owner(self, path: Path) -> None:
        """Leave a user's folder usable for that user after root has worked in it."""
        if os.geteuid() == 0:
            owner = self.path.stat()
            os.chown(path, owner.st_uid, owner.st_gid)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def new_keys() -> dict[str, str]:
    """Fresh local development keys."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VESILE_FINGERPRINT_KEY": secrets.token_hex(32),
    }
