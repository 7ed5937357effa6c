"""The list of erasures outside the database: internal ids and times, one a line.

A restored backup knows nothing of the erasures after it. This file does: until they are replayed
(`manage.py replay_erasures`) the installation does not call itself ready. Rows are the truth as
long as they are there; a sweep writes what a full disk or a kill kept from the file.
"""

import fcntl
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from config.shared import clock
from customers.models import Erasure

log = structlog.get_logger("vesile.erasures")

AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list."""

    customer_pk: int
    erased_at: datetime


def _path() -> Path:
    return Path(settings.ERASURE_LIST)


def list_after_commit() -> None:
    """Once the running transaction has committed, write what is not listed yet."""
    transaction.on_commit(_list_or_say, robust=True)


def _list_or_say() -> None:
    try:
        write_unlisted()
    except OSError as error:
        # The rows are there; the sweep tries again.
        log.error("erasures_not_listed", problem=error.strerror)


def write_unlisted() -> int:
    """Append the erasures that are not in the file yet, durably; returns how many.

    Where the file is missing (another machine, a lost disk) all that the database knows of are
    written. Raises OSError. Killed in between, it writes a line twice, which does no harm.
    """
    if not _path().exists():
        Erasure.objects.exclude(listed_at=None).update(listed_at=None)
    written = 0
    while True:
        with transaction.atomic():
            rows = list(
                Erasure.objects.filter(listed_at=None)
                .select_for_update(skip_locked=True)
                .order_by("id")[:AT_ONCE]
            )
            if not rows:
                return written
            _append([Listed(row.customer_pk, row.erased_at) for row in rows])
            Erasure.objects.filter(pk__in=[row.pk for row in rows]).update(listed_at=clock.now())
            written += len(rows)


def _append(entries: Sequence[Listed]) -> None:
    """Add lines that survive a loss of power."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    lines = "".join(f"{entry.customer_pk} {entry.erased_at.isoformat()}\n" for entry in entries)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        if size and _last_byte(file.fileno(), size) != b"\n":
            lines = f"\n{lines}"  # behind a line that a full disk tore
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _last_byte(descriptor: int, size: int) -> bytes:
    return os.pread(descriptor, 1, size - 1)


def read(*, offset: int = 0) -> Iterator[Listed]:
    """The lines from a position of the file; torn ones are passed over."""
    path = _path()
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            pk, _blank, moment = line.decode(errors="replace").strip().partition(" ")
            if not pk.isdigit():
                continue
            try:
                yield Listed(int(pk), datetime.fromisoformat(moment))
            except ValueError:
                continue


@dataclass(slots=True)
class _Verified:
    """How much of the file this process has compared, and what the table held then."""

    size: int = 0
    highest: int = 0


_verified = _Verified()


def is_replay_needed() -> bool:
    """Whether the list knows of erasures that the database does not: a backup was restored.

    Compares only what was added since the last call in this process, unless the table went back.
    """
    path = _path()
    size = path.stat().st_size if path.exists() else 0
    highest = Erasure.objects.aggregate(highest=Max("pk"))["highest"] or 0
    if size < _verified.size or highest < _verified.highest:
        _verified.size = _verified.highest = 0
    if size == _verified.size:
        return False
    if any(True for _missing in to_be_replayed(offset=_verified.size)):
        return True
    _verified.size, _verified.highest = size, highest
    return False


def to_be_replayed(*, offset: int = 0) -> Iterator[list[Listed]]:
    """The listed erasures that the database does not know of, in batches."""
    batch: list[Listed] = []
    for entry in read(offset=offset):
        batch.append(entry)
        if len(batch) == AT_ONCE:
            if missing := _missing(batch):
                yield missing
            batch = []
    if missing := _missing(batch):
        yield missing


def _missing(entries: Collection[Listed]) -> list[Listed]:
    known = dict(
        Erasure.objects.filter(customer_pk__in={e.customer_pk for e in entries}).values_list(
            "customer_pk", "erased_at"
        )
    )
    return [
        entry
        for entry in entries
        if entry.customer_pk not in known or known[entry.customer_pk] < entry.erased_at
    ]


def unlisted_since(moment: datetime) -> bool:
    """Whether erasures from before that moment are still missing from the file."""
    return Erasure.objects.filter(listed_at=None, erased_at__lt=moment).exists()
