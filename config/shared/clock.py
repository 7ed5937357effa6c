"""The injected clock: the only module that asks the operating system for the time.

The domain takes the moment as an `at` argument; services that need a default call `now()`. Tests
replace the clock with `use(FrozenClock(...))` and nothing has to be patched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol, TypeVar


class Clock(Protocol):
    """Anything that can say what time it is, in aware UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The clock of the machine, in aware UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """A clock that stands still until it is told to move; safe to share between threads."""

    def __init__(self, at: datetime) -> None:
        """Stop at `at`, which must be aware; raises ValueError for a naive moment."""
        self._lock = Lock()
        self._at = _utc(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """Move to `at`, forwards or backwards; raises ValueError for a naive moment."""
        with self._lock:
            self._at = _utc(at)

    def advance(self, by: timedelta) -> datetime:
        """Move by `by` and return the new moment."""
        with self._lock:
            self._at += by
            return self._at


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A clock needs an aware moment: add a time zone, for example UTC.")
    return moment.astimezone(UTC)


ClockT = TypeVar("ClockT", bound=Clock)

_SYSTEM_CLOCK = SystemClock()
_clock_of_context: ContextVar[Clock | None] = ContextVar("vesile_clock", default=None)
# New threads start with an empty context, so a context variable alone would show them the system
# clock. The newest entry is what every thread without a clock of its own sees.
_clocks_of_process: list[Clock] = []
_process_lock = Lock()


def current() -> Clock:
    """Return the clock in force: this context's, else the process-wide one, else the system's."""
    clock = _clock_of_context.get()
    if clock is not None:
        return clock
    with _process_lock:
        return _clocks_of_process[-1] if _clocks_of_process else _SYSTEM_CLOCK


def now() -> datetime:
    """Return the moment of the current clock, aware and in UTC."""
    return current().now()


@contextmanager
def use(clock: ClockT, *, all_threads: bool = True) -> Iterator[ClockT]:
    """Put `clock` in force for the block, also for threads that are started or running in it.

    With `all_threads=False` only this context (and contexts copied from it) sees the clock. That
    is the choice for a running server, where other requests must keep the real time.
    """
    token = _clock_of_context.set(clock)
    if all_threads:
        with _process_lock:
            _clocks_of_process.append(clock)
    try:
        yield clock
    finally:
        _clock_of_context.reset(token)
        if all_threads:
            with _process_lock:
                _leave(clock)


def _leave(clock: Clock) -> None:
    """Forget the newest entry of `clock`; by identity, as blocks of two threads may interleave."""
    for position in range(len(_clocks_of_process) - 1, -1, -1):
        if _clocks_of_process[position] is clock:
            del _clocks_of_process[position]
            return
