"""Whom the servers run as: never root, and never an account created for the purpose."""

import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

NOBODY = 65534


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, kw_only=True)
class Account:
    """An operating system account that runs servers; `is_self` means no change of identity."""

    uid: int
    gid: int
    is_self: bool

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return f"uid {self.uid}"

    def as_popen_arguments(self) -> _Identity:
        if self.is_self:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one file or folder to this account."""
        if not self.is_self:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_all(self, top: Path) -> None:
        """Give a whole tree to this account."""
        for folder, _, files in os.walk(top):
            for path in (Path(folder), *(Path(folder, name) for name in files)):
                self.own(path)

    def can(self, check: Callable[[], bool]) -> bool:
        """Answer `check` with this account's rights, in a child that gives up all others."""
        if self.is_self:
            return check()
        child = os.fork()
        if child == 0:
            answer = 1
            try:
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
                answer = 0 if check() else 1
            finally:
                os._exit(answer)
        return os.waitpid(child, 0)[1] == 0

    def can_reach(self, folder: Path) -> bool:
        return self.can(lambda: os.access(folder, os.X_OK))


def server_account(cluster: Path | None = None) -> Account:
    """The account for the servers: this one, or for root the cluster's owner, or else nobody."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), is_self=True)
    if cluster and cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid, is_self=False)
    try:
        entry = pwd.getpwnam("nobody")
        return Account(uid=entry.pw_uid, gid=entry.pw_gid, is_self=False)
    except KeyError:
        return Account(uid=NOBODY, gid=NOBODY, is_self=False)
