"""Health for load balancers and monitors.

`live`: the process answers. `ready`: this process can serve, which needs the database alone; with
the broker or beat away redemptions still hold, so that is reported as degraded with status 200.
`ready?strict` answers 503 for that as well: for a monitor that wakes people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from config.shared import clock, localtime
from config.shared.models import Heartbeat

BEAT = "beat"


@dataclass(frozen=True, slots=True)
class Part:
    """How a part is that an app looks after: `ok`, `degraded`, or `down` where requests must wait.

    `words` say what that means and what to do; `name` is what people call the part.
    """

    status: str
    name: str | Promise
    words: str | Promise


_parts: dict[str, Callable[[], Part]] = {}


def add_part(key: str, look: Callable[[], Part]) -> None:
    """Called in an app's `ready()`: the report names the part; ValueError where it is there.

    `look` is called for every report while the database answers.
    """
    if key in _parts:
        raise ValueError(f"there is a part {key} already")
    _parts[key] = look


def parts() -> dict[str, Part]:
    """The parts of the apps, now."""
    return {key: look() for key, look in _parts.items()}


STALE = timedelta(seconds=90)


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def _broker() -> str:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.RedisError:
        return "down"
    finally:
        client.close()
    return "ok"


def _beat() -> dict[str, object]:
    try:
        seen = Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
    except DatabaseError:
        return {"status": "unknown", "seconds_ago": None}
    if seen is None:
        return {"status": "never", "seconds_ago": None}
    ago = clock.now() - seen
    return {
        "status": "ok" if ago < STALE else "stale",
        "seconds_ago": max(0, int(ago.total_seconds())),
    }


def report() -> dict[str, Any]:
    """How the parts are, for monitors and for the page in the admin."""
    database, broker = _database(), _broker()
    # Asking a database that is away a second time would only wait a second time.
    beat = _beat() if database == "ok" else {"status": "unknown", "seconds_ago": None}
    of_apps = {key: part.status for key, part in parts().items()} if database == "ok" else {}
    said = {broker, beat["status"], *of_apps.values()}
    down = database != "ok" or "down" in of_apps.values()
    return {
        "status": "down" if down else "ok" if said == {"ok"} else "degraded",
        "database": database,
        "broker": broker,
        "beat": beat,
        **of_apps,
        "tzdb": localtime.tzdb_version(),
    }


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    found = report()
    fails = found["status"] == "down" or (found["status"] == "degraded" and "strict" in request.GET)
    return JsonResponse(found, status=503 if fails else 200)
