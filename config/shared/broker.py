"""Redis for what may be lost: counters of limits and the log of requests on its way to its rows.

Nothing that counts for redemptions is there. With Redis away every caller goes on without it, and
asks it again only after a moment, so that a request does not wait for it.
"""

import os
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Final, TypeVar

import redis
import structlog
from django.conf import settings

log = structlog.get_logger("vesile.broker")

PATIENCE: Final = 0.3  # seconds that a request waits for Redis
PAUSE: Final = 2.0  # seconds in which it is not asked again after it did not answer
Answer = TypeVar("Answer")

_away_until = 0.0  # of time.monotonic()


@cache
def _pool() -> "redis.ConnectionPool":
    return redis.ConnectionPool.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )


class _OfThread(threading.local):
    """What a thread keeps: to borrow a connection for every request takes as long as to ask."""

    process = 0
    client: "redis.Redis"


_own: Final = _OfThread()


def _client() -> "redis.Redis":
    """The thread's, whose connection goes back to the pool when the thread ends."""
    if _own.process != os.getpid():  # the first time, or after a fork
        _own.client = redis.Redis(connection_pool=_pool(), single_connection_client=True)
        _own.process = os.getpid()
    return _own.client


def name(*parts: str) -> str:
    """The name of something of this installation in Redis."""
    return ":".join([settings.CACHES["default"]["KEY_PREFIX"], *parts])


def ask(work: Callable[["redis.Redis"], Answer], *, purpose: str) -> Answer | None:
    """What Redis answers, or None while it is away; `purpose` is what the log line names.

    `work` is done again where the connection breaks, so it may be done twice.
    """
    global _away_until
    if time.monotonic() < _away_until:
        return None
    try:
        try:
            return work(_client())
        except redis.ConnectionError:
            # The one that the thread kept: Redis was started anew, or ends those that wait long.
            return work(_client())
    except redis.RedisError as error:
        _away_until = time.monotonic() + PAUSE
        log.warning("redis_away", purpose=purpose, error=type(error).__name__)
        return None
