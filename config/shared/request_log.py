"""The log of the requests of each key: written after the answer, by way of Redis, kept for days.

A request pays nothing for it in the database. Entries of a moment go to Redis together, and wait
in a list there until a worker makes rows of them. What is lost with Redis, or with a process that
is killed within that moment, is only the log.
"""

import atexit
import json
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Timer
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from config.shared import broker
from config.shared.models import ApiKey, ApiRequest

MOST_WAITING: Final = 100_000  # entries in Redis while no worker takes them; older ones are dropped
BATCH: Final = 1_000
MOST_OF_A_KEY: Final = 10_000
_PLACE = re.compile(r"<(?:[a-z_]+:)?([a-z_]+)>")
_ERROR_KEY = re.compile(r"[a-z_]{1,60}")
_REMOVE = """
if redis.call('LINDEX', KEYS[1], 0) == ARGV[1] then
  redis.call('LTRIM', KEYS[1], ARGV[2], -1)
  return 1
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answered call; `route` is the template of its address, never the address."""

    key_id: int
    at: datetime
    method: str
    route: str
    status: int
    error_key: str
    duration_ms: int
    request_id: str


def template_of(route: str) -> str:
    """Django's route as people write addresses: /v1/redemptions/{redemption_id}."""
    return "/" + _PLACE.sub(r"{\1}", route)


def error_key_in(body: bytes) -> str:
    """The key of the published error object; empty where the body is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    key = found.get("key") if isinstance(found, dict) else None
    return key if isinstance(key, str) and _ERROR_KEY.fullmatch(key) else ""


_noted: list[Entry] = []
_noting: Final = Lock()


def note(entry: Entry) -> None:
    """Put the entry where a worker finds it, soon; nothing where Redis is away."""
    with _noting:
        _noted.append(entry)
        begins = len(_noted) == 1
    linger: float = settings.REQUEST_LOG_LINGER
    if not linger:
        push()
    elif begins:
        later = Timer(linger, push)
        later.daemon = True
        later.start()


@atexit.register
def push() -> None:
    """Bring what was noted in this process to Redis, in one round trip."""
    with _noting:
        lines = [_line(entry) for entry in _noted]
        _noted.clear()
    if lines:
        broker.ask(lambda client: _pushed(client, lines), purpose="request_log")


def _line(entry: Entry) -> str:
    return json.dumps(
        {
            "entry": uuid.uuid4().hex,
            "key": entry.key_id,
            "at": entry.at.isoformat(),
            "method": entry.method[:10],
            "route": entry.route[:200],
            "status": entry.status,
            "error_key": entry.error_key,
            "ms": entry.duration_ms,
            "request_id": entry.request_id[:64],
        }
    )


def _waiting() -> str:
    return broker.name("request-log")


def _pushed(client: Any, lines: list[str]) -> bool:
    pipeline = client.pipeline(transaction=False)
    pipeline.rpush(_waiting(), *lines)
    pipeline.ltrim(_waiting(), -MOST_WAITING, -1)
    pipeline.execute()
    return True


def keep() -> int:
    """Make rows of what waits; returns how many. Two at once, or one killed, keep nothing twice.

    Entries leave Redis after their rows are committed, and only those that were read: each has an
    id of its own, so the first one still being first means that nobody else took them.
    """
    kept = 0
    while True:
        lines = broker.ask(
            lambda client: client.lrange(_waiting(), 0, BATCH - 1), purpose="request_log"
        )
        if not lines:
            return kept
        kept += _stored([json.loads(line) for line in lines])
        first, number = lines[0], len(lines)
        broker.ask(
            lambda client, first=first, number=number: client.eval(  # type: ignore[misc]
                _REMOVE, 1, _waiting(), first, number
            ),
            purpose="request_log",
        )
        if number < BATCH:
            return kept


def _stored(found: list[dict[str, Any]]) -> int:
    with transaction.atomic():
        # Of a key that is gone meanwhile nothing is kept.
        asked = ApiKey.objects.filter(pk__in={one["key"] for one in found})
        known = set(asked.values_list("pk", flat=True))
        rows = [
            ApiRequest(
                entry=uuid.UUID(one["entry"]),
                api_key_id=one["key"],
                at=datetime.fromisoformat(one["at"]),
                method=one["method"],
                route=one["route"],
                status=one["status"],
                error_key=one["error_key"],
                duration_ms=one["ms"],
                request_id=one["request_id"],
            )
            for one in found
            if one["key"] in known
        ]
        ApiRequest.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def forget(*, at: datetime) -> None:
    """Delete what is older than the days that are kept, and all but the newest 10,000 of a key."""
    end = at - timedelta(days=settings.REQUEST_LOG_DAYS)
    ApiRequest.objects.filter(at__lt=end).delete()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_EXCESS, [MOST_OF_A_KEY])


_FORGET_EXCESS = """
DELETE FROM shared_apirequest
USING (
    SELECT shared_apikey.id AS key_id, newest.id AS last_kept
    FROM shared_apikey
    CROSS JOIN LATERAL (
        SELECT id FROM shared_apirequest
        WHERE api_key_id = shared_apikey.id
        ORDER BY id DESC
        OFFSET %s - 1 LIMIT 1
    ) AS newest
) AS bound
WHERE shared_apirequest.api_key_id = bound.key_id AND shared_apirequest.id < bound.last_kept
"""
