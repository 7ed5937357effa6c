"""Where the servers' own folders are: the data folder, or a place their account can reach."""

import contextlib
import hashlib
import os
import stat
from pathlib import Path
from typing import Any

from config.servers.errors import Refusal
from config.servers.privilege import Account, server_account

# Survives a restart, and every account can reach it; `make_moved_home` checks whose folder it is.
ELSEWHERE = Path("/var/tmp")  # noqa: S108


def moved_home(folder: Path) -> Path:
    """Where the databases of a data folder are kept when the servers' account cannot reach it."""
    return ELSEWHERE / f"vesile-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"


def recorded_home(folder: Path, state: dict[str, Any]) -> Path | None:
    """Where the databases were put when they were created."""
    recorded = state.get("home")
    return None if recorded is None else folder if recorded == "." else Path(recorded)


def is_foreign(folder: Path, home: Path | None) -> bool:
    """Whether `home` belongs to the data folder this one was copied or moved from."""
    return home is not None and home not in (folder, moved_home(folder))


def choose_home(folder: Path, state: dict[str, Any]) -> tuple[Account, Path]:
    """The servers' account and the folder that holds their own folders."""
    home = recorded_home(folder, state)
    if home is None:
        account = server_account(folder / "postgres")
        return account, folder if account.can_reach(folder) else moved_home(folder)
    if is_foreign(folder, home):
        raise Refusal(
            f"The data folder {folder} was moved or copied and its databases are still in {home}; "
            "move it back, or run `python -m config.servers destroy` to start with empty ones here."
        )
    account = server_account(home / "postgres")
    if home == folder and not account.can_reach(home):
        raise Refusal(
            f"The user {account.name}, as whom the servers run, can no longer reach {home}; "
            "move the project back or let that user pass through the folders above."
        )
    return account, home


def make_moved_home(home: Path, *, folder: Path, account: Account) -> None:
    """Create the place in /var/tmp and leave a note about it in the data folder."""
    with contextlib.suppress(FileExistsError):
        home.mkdir(mode=0o700)
        home.chmod(0o711)
    # /var/tmp is writable for everybody: somebody else may have made this folder first.
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise Refusal(
            f"The folder {home} exists but does not belong to root alone; "
            "remove it or set VESILE_DATA_DIR to another folder."
        )
    (folder / "MOVED.txt").write_text(
        f"The databases of this folder are in {home}\n"
        f"because PostgreSQL refuses to run as root, and the user {account.name}, as whom it runs\n"
        f"instead, may not pass through the folders above {folder}\n"
        "`python -m config.servers destroy` removes both.\n"
    )
