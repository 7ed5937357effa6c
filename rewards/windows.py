"""When an offer is open: validity, weekdays, hours and repeating time frames in a zone.

A window is a sentence about the clock on the wall of one zone, and this is what it means on the
days when clocks are changed, by the policy of `config.shared.localtime`:

- Every opening is one unbroken span from the instant the clock first shows the start to the
  instant it first shows the end. “Sundays 01:00 to 04:00” lasts two hours on the night an hour is
  skipped and four on the night an hour comes twice.
- A start or end that does not exist (it lies in the skipped hour) is the first instant after the
  gap. Hours that lie in the gap altogether do not open that day.
- A start or end that comes twice is the first of the two. So windows that touch on the wall,
  01:00 to 02:30 and 02:30 to 04:00, share no instant and leave none out.
- A day that was left out of the calendar (Pacific/Apia had no 30 December 2011) does not open.

Ends are exclusive. Weekdays are numbered as published: 0 is Sunday, 6 Saturday. Hours that end at
or before their start run into the next day and belong to the weekday on which they start.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Protocol

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _
from config.shared.localtime import MIDNIGHT, ONE_DAY, end_of_day, to_instant, to_local
from rewards.durations import Duration

EVERY_DAY: Final = frozenset(range(7))

_MOST_STEPS: Final = 1000
"""How many openings of its parts are looked through for one of the whole: years, as a rule."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_NOON: Final = time(12)
_DAYS_SEARCHED: Final = 16
"""More than the longest wait for a weekday, should one of them be left out of the calendar."""


class WindowError(InvalidValueError):
    """A window that can never be open, or that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` up to, but without, `end` by the clock, on these weekdays.

    Equal start and end mean the whole 24 hours of the clock.
    """

    start: time
    end: time
    days: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise WindowError(_("Hours are times of the clock, without a zone."))
        _check_days(self.days)

    def on(self, day: date, zone: str) -> tuple[datetime, datetime]:
        """Return the instants at which these hours open and close when they start on `day`."""
        last = day if self.start < self.end else day + ONE_DAY
        return to_instant(day, self.start, zone), to_instant(last, self.end, zone)


@dataclass(frozen=True, slots=True)
class Repeating:
    """Open for `duration` again and again, every `interval` counted from the window's start.

    Both are durations of ISO 8601. Years, months, weeks and days go by the calendar of the zone,
    hours, minutes and seconds are exact: `P1D` keeps the time of the clock, `PT24H` does not.
    """

    interval: Duration
    duration: Duration

    def __post_init__(self) -> None:
        if self.duration.longest > self.interval.longest:
            raise WindowError(_("It cannot be open for longer than it takes to begin again."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When something is open, in one zone; all that is given must hold at once.

    `starts_at` and `ends_at` are instants, the end exclusive. `days` are the weekdays on which it
    opens (the published validity_day_of_week), `hours` the times of day (validity_hours), one of
    which is enough; `repeating` (validity_timeframe) needs `starts_at` to count from.
    """

    zone: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    days: frozenset[int] = EVERY_DAY
    hours: tuple[Hours, ...] = ()
    repeating: Repeating | None = None

    def __post_init__(self) -> None:
        _check_days(self.days)
        for moment in (self.starts_at, self.ends_at):
            if moment is not None and moment.tzinfo is None:
                raise WindowError(_("The start and the end of a window are instants."))
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise WindowError(_("A window ends after it starts."))
        if self.repeating is not None and self.starts_at is None:
            raise WindowError(_("What repeats needs a start to count from."))
        if self.hours and not any(hours.days & self.days for hours in self.hours):
            raise WindowError(_("The hours are on other weekdays than the window."))

    @classmethod
    def of_days(
        cls,
        zone: str,
        first_day: date | None = None,
        last_day: date | None = None,
        *,
        days: frozenset[int] = EVERY_DAY,
        hours: tuple[Hours, ...] = (),
    ) -> "Window":
        """Return the window from the beginning of one local day to the end of another."""
        return cls(
            zone=zone,
            starts_at=None if first_day is None else to_instant(first_day, MIDNIGHT, zone),
            ends_at=None if last_day is None else end_of_day(last_day, zone),
            days=days,
            hours=hours,
        )


def is_open(window: Window, at: datetime) -> bool:
    """Say whether the window is open at an instant."""
    return all(part.closes(at) is not None for part in _parts(window))


def closes_at(window: Window, at: datetime) -> datetime | None:
    """Return the instant at which the present opening ends.

    None where the window is not open at `at`, or no end is in sight (a thousand days of hours that
    touch).
    """
    if not is_open(window, at):
        return None
    end = _end_of_opening(_parts(window), at)
    return None if end == _NEVER else end


def next_opening(window: Window, after: datetime) -> datetime | None:
    """Return the first instant after `after` at which the window opens.

    An opening that has begun already does not count: while open, it is the one after it. None
    where there is none in sight.
    """
    parts = _parts(window)
    moment = _end_of_opening(parts, after) if is_open(window, after) else after
    for _step in range(_MOST_STEPS):
        if moment == _NEVER:
            return None
        closed = [part for part in parts if part.closes(moment) is None]
        if not closed:
            return moment
        moment = max(part.opens(moment) for part in closed)
    return None


def _end_of_opening(parts: "tuple[_Part, ...]", at: datetime) -> datetime:
    """Return the end of the opening that `at` is in; _NEVER where none is in sight."""
    moment = at
    for _step in range(_MOST_STEPS):
        if moment == _NEVER:
            break
        ends = [part.closes(moment) for part in parts]
        known = [end for end in ends if end is not None]
        if len(known) < len(parts):
            return moment
        moment = min(known)
    return _NEVER


class _Part(Protocol):
    """One of the things that must hold for a window to be open."""

    def closes(self, at: datetime) -> datetime | None:
        """Return until when it certainly holds without a break, None where it does not hold."""

    def opens(self, after: datetime) -> datetime:
        """Return the first instant after `after` at which it begins to hold, or _NEVER."""


def _parts(window: Window) -> tuple[_Part, ...]:
    parts: list[_Part] = [_Validity(window.starts_at, window.ends_at)]
    if window.hours or window.days != EVERY_DAY:
        limited = tuple(
            Hours(one.start, one.end, one.days & window.days)
            for one in window.hours or (Hours(MIDNIGHT, MIDNIGHT),)
            if one.days & window.days
        )
        if not any(one.start == one.end and one.days == EVERY_DAY for one in limited):
            parts.append(_Daily(window.zone, limited))
    if window.repeating is not None and window.starts_at is not None:
        parts.append(_Frame(window.zone, window.starts_at, window.repeating))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Validity:
    starts_at: datetime | None
    ends_at: datetime | None

    def closes(self, at: datetime) -> datetime | None:
        if self.starts_at is not None and at < self.starts_at:
            return None
        if self.ends_at is None:
            return _NEVER
        return self.ends_at if at < self.ends_at else None

    def opens(self, after: datetime) -> datetime:
        if self.starts_at is not None and after < self.starts_at:
            return self.starts_at
        return _NEVER


@dataclass(frozen=True, slots=True)
class _Daily:
    zone: str
    hours: tuple[Hours, ...]

    def closes(self, at: datetime) -> datetime | None:
        today = to_local(at, self.zone).date()
        # Clocks that go back over midnight turn the date back: tomorrow may have begun already.
        days = (today + ONE_DAY * offset for offset in range(-2, 2))
        spans = [span for day in days for span in self._on(day)]
        return max((end for start, end in spans if start <= at < end), default=None)

    def opens(self, after: datetime) -> datetime:
        today = to_local(after, self.zone).date()
        found: list[datetime] = []
        for offset in range(-1, _DAYS_SEARCHED):
            known = bool(found)
            spans = self._on(today + ONE_DAY * offset)
            found += [start for start, end in spans if after < start < end]
            if known:  # one day more, for clocks that go back over midnight
                break
        return min(found, default=_NEVER)

    def _on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the openings that start on a day of the calendar of the zone."""
        if to_local(to_instant(day, _NOON, self.zone), self.zone).date() != day:
            return
        weekday = day.isoweekday() % 7
        for hours in self.hours:
            if weekday in hours.days:
                yield hours.on(day, self.zone)


@dataclass(frozen=True, slots=True)
class _Frame:
    zone: str
    begins: datetime
    repeating: Repeating

    def closes(self, at: datetime) -> datetime | None:
        length = self.repeating.duration
        ends = (length.after(start, self.zone) for start in self._starts(at) if start <= at)
        return max((end for end in ends if at < end), default=None)

    def opens(self, after: datetime) -> datetime:
        return min((start for start in self._starts(after) if after < start), default=_NEVER)

    def _starts(self, near: datetime) -> Iterator[datetime]:
        """Yield the starts around a moment: calendar and average never differ by a whole turn."""
        interval = self.repeating.interval
        turn = (near - self.begins) // interval.average
        for times in range(max(turn - 2, 0), max(turn, 0) + 3):
            yield interval.after(self.begins, self.zone, times=times)


def _check_days(days: frozenset[int]) -> None:
    if not days or not days <= EVERY_DAY:
        raise WindowError(_("Weekdays are numbers from 0 (Sunday) to 6 (Saturday)."))
