"""Many things told in one request, worked on in the background: asked for here and worked off.

What can be told is registered by the apps that know it. A batch and its checkpoint are one
transaction, so a killed worker's successor goes on behind it. Nobody waits: who finds an action
held goes to the next.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import Any, Final

import structlog
from django.db import IntegrityError, OperationalError, transaction
from django.utils import translation
from psycopg.errors import DeadlockDetected, ForeignKeyViolation

from config.shared import audit, clock, dispatch, files
from config.shared.actors import Actor, api_key
from config.shared.errors import VesileError
from config.shared.idempotency import Overtaken
from config.shared.middleware import current_request_id
from config.shared.models import ApiKey, AsyncAction, AsyncActionState

log = structlog.get_logger("vesile.async_actions")

TASK: Final = "shared.work_on_async_actions"
LONGEST_RUN: Final = 240.0  # seconds; the next sweep goes on
MOST_ATTEMPTS: Final = 20  # at one batch, by all workers; then the action has failed
AT_ONCE: Final = 5  # attempts at a batch that somebody else's changes overtake
ERRORS_KEPT: Final = 100
IN_MEMORY: Final = 1024 * 1024  # bytes of a request; the rest waits in a file
KEPT: Final = timedelta(days=30)  # after the end


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one item; `status` is created, updated, duplicate, pending or rejected."""

    status: str
    error: VesileError | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An item with its number: its index in the request, or its line in the file.

    `problem` says in words why a line of a file is none; then it has no `value`.
    """

    number: int
    value: Any = None
    problem: str = ""


Work = Callable[[ApiKey, Sequence[Any], datetime], Sequence[Done]]
"""Receives items for a key, at a moment; in the caller's transaction. May raise Overtaken."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be told; `batch` is how many items one transaction may hold locked."""

    key: str
    work: Work
    holds_people: bool
    batch: int


_kinds: dict[str, Kind] = {}


def register(key: str, work: Work, *, holds_people: bool, batch: int) -> None:
    """Called when the apps are ready; `key` is in the rows and on the wire."""
    _kinds[key] = Kind(key, work, holds_people, batch)


def start(
    *,
    kind: str,
    items: Iterable[Item],
    key: ApiKey,
    at: datetime,
    common: Mapping[str, Any] | None = None,
) -> AsyncAction:
    """Keep the items for a worker; each is told together with what is `common`.

    They are gathered before the transaction begins: reading a large file takes its time. What
    reading them raises is passed on, with nothing kept.
    """
    with SpooledTemporaryFile(max_size=IN_MEMORY) as gathered:
        count = 0
        for item in items:
            gathered.write(json.dumps([item.number, item.value, item.problem]).encode() + b"\n")
            count += 1
        gathered.seek(0)
        lines = iter(partial(gathered.read, files.CHUNK), b"")
        return _keep(lines, count, kind=kind, key=key, at=at, common=common)


def _keep(
    lines: Iterator[bytes],
    count: int,
    *,
    kind: str,
    key: ApiKey,
    at: datetime,
    common: Mapping[str, Any] | None,
) -> AsyncAction:
    with transaction.atomic():
        stored = files.store(name=kind, content_type="application/x-ndjson", parts=lines)
        action = AsyncAction.objects.create(
            kind=kind,
            api_key=key,
            holds_people=_kinds[kind].holds_people,
            file=stored,
            common=dict(common or {}),
            wanted=count,
            language=translation.get_language() or "en",
            request_id=current_request_id(),
            created_at=at,
        )
        audit.record(actor=_actor(action), action="async_action.asked", of=action)
        dispatch.after_commit(TASK)
    return action


def _actor(action: AsyncAction) -> Actor:
    return api_key(action.api_key_id)


def work(*, longest: float = LONGEST_RUN, batch: int | None = None) -> int:
    """Go on with every action that nobody else holds, the oldest first; returns how many batches.

    Called by a task, as often as one likes and by several at once. `batch` is for smaller ones.
    """
    ends, done = monotonic() + longest, 0
    for pk in list(AsyncAction.objects.unfinished().order_by("pk").values_list("pk", flat=True)):
        while monotonic() < ends and _attempt(pk) and _do(pk, batch):
            done += 1
    return done


def _held(pk: int) -> AsyncAction | None:
    """The action, locked; None where somebody else has it, or it is over."""
    rows = AsyncAction.objects.unfinished().select_for_update(skip_locked=True, of=("self",))
    return rows.select_related("file", "api_key__brand").filter(pk=pk).first()


def _attempt(pk: int) -> bool:
    """Count an attempt, which a worker that is killed by the batch cannot; whether to make it."""
    with transaction.atomic():
        action = _held(pk)
        if action is None:
            return False
        if action.attempts >= MOST_ATTEMPTS:
            end(action, AsyncActionState.FAILED)
            log.error("async_action_failed", action=action.public_id, kind=action.kind)
            return False
        action.attempts += 1
        action.save(update_fields=["attempts"])
    return True


def _do(pk: int, size: int | None) -> bool:
    """The next batch with its checkpoint; whether to go on with this action."""
    for _attempt_at_once in range(AT_ONCE):
        try:
            with transaction.atomic():
                return _batch(pk, size)
        except Overtaken:
            continue
        except (IntegrityError, OperationalError) as error:
            if isinstance(error.__cause__, ForeignKeyViolation | DeadlockDetected):
                continue
            raise
    return False  # the next sweep tries again


def _batch(pk: int, size: int | None) -> bool:
    action = _held(pk)
    if action is None:
        return False
    kind = _kinds[action.kind]
    items, position = _next(action, size or kind.batch)
    at = clock.now()
    action.started_at = action.started_at or at
    with translation.override(action.language):
        _note(action, items, _worked(kind, action, items, at))
    action.state, action.position, action.attempts = AsyncActionState.RUNNING, position, 0
    if action.done >= action.wanted or not items:
        end(action, AsyncActionState.FINISHED)
        return False
    action.save()
    return True


def _next(action: AsyncAction, size: int) -> tuple[list[Item], int]:
    """The next items, and where those behind them begin."""
    if action.file is None:
        return [], action.position
    items: list[Item] = []
    with files.opened(action.file) as lines:
        lines.seek(action.position)
        while len(items) < size and (line := lines.readline()):
            items.append(Item(*json.loads(line)))
        return items, lines.tell()


def _worked(
    kind: Kind, action: AsyncAction, items: Sequence[Item], at: datetime
) -> list[Done | None]:
    """What became of each item; None where it was none."""
    values = [_with(action.common, item.value) for item in items if not item.problem]
    received = iter(kind.work(action.api_key, values, at) if values else ())
    return [None if item.problem else next(received) for item in items]


def _with(common: Mapping[str, Any], value: Any) -> Any:
    return {**value, **common} if common and isinstance(value, dict) else value


def _note(action: AsyncAction, items: Sequence[Item], received: Sequence[Done | None]) -> None:
    counts = Counter(action.counts)
    for item, one in zip(items, received, strict=True):
        counts["rejected" if one is None else one.status] += 1
        if one is None:
            told = {"key": "invalid_line", "message": item.problem, "details": ""}
        elif one.error is not None:
            error = one.error
            told = {
                "key": error.key,
                "message": str(error.message),
                "details": str(error.details),
            }
        else:
            continue
        if len(action.errors) < ERRORS_KEPT:
            action.errors.append({"index": item.number, **told})
    action.counts = dict(counts)
    action.done += len(items)


def end(action: AsyncAction, state: AsyncActionState) -> None:
    """Leave a locked action in its last state: what was told is deleted, what was done stays."""
    action.state, action.finished_at, action.common = state, clock.now(), {}
    told, action.file = action.file, None
    action.save()
    if told is not None:
        told.delete()
    audit.record(actor=_actor(action), action=f"async_action.{state.value}", of=action)


def cancel_those_about_people() -> None:
    """After a backup was restored: what was to be told then may be about people erased since."""
    with transaction.atomic():
        unfinished = AsyncAction.objects.unfinished().filter(holds_people=True)
        for action in unfinished.select_for_update(of=("self",)).select_related("file"):
            end(action, AsyncActionState.FAILED)


def forget(*, at: datetime) -> int:
    """Delete what ended long ago; returns how many."""
    deleted, _by_kind = AsyncAction.objects.filter(finished_at__lt=at - KEPT).delete()
    return deleted
