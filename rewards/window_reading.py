"""Windows from JSON: our own shape, and the published validity fields."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _
from config.shared.localtime import MIDNIGHT, end_of_day, to_instant
from rewards.durations import Duration
from rewards.reading import Given, ReadingError, clock_time, day, instant, listed, text, whole, zone
from rewards.windows import EVERY_DAY, Hours, Repeating, Window

MOST_HOURS: Final = 50


def read_window(
    raw: Any,
    path: str,
    *,
    default_zone: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Window:
    """Read a window; `{}` is always open between the given instants.

        {"zone": "Europe/Istanbul", "from_day": "2026-05-01", "until_day": "2026-05-31",
         "days": [0, 6], "hours": [{"from": "22:00", "to": "02:00", "days": [5]}],
         "repeating": {"interval": "P2D", "duration": "PT1H"}}

    `starts_at` and `ends_at` (instants) may stand for the days. Raises ReadingError.
    """
    given = Given(raw, path)
    name = given.take("zone", zone, default_zone)
    if not name:
        raise ReadingError(given.at("zone"), _("Name a time zone, such as Europe/Istanbul."))
    first, last = given.take("from_day", day, None), given.take("until_day", day, None)
    if first is not None:
        starts_at = to_instant(first, MIDNIGHT, name)
    if last is not None:
        ends_at = end_of_day(last, name)
    starts = given.take("starts_at", instant, starts_at)
    ends = given.take("ends_at", instant, ends_at)
    days = given.take("days", _weekdays, EVERY_DAY)
    no_hours: tuple[Hours, ...] = ()
    hours = given.take("hours", listed(_hours, most=MOST_HOURS), no_hours)
    repeating = given.take("repeating", _repeating, None)
    given.finish()
    return _window(path, name, starts, ends, days, hours, repeating)


def read_published_window(
    *,
    zone_name: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    timeframe: Any = None,
    day_of_week: Any = None,
    hours: Any = None,
) -> Window:
    """Return the window of the published fields validity_timeframe, _day_of_week and _hours.

    The published expiration is the last moment of validity; ours is the first after it, and what
    is to the second does not differ. Raises ReadingError with the published name of the field.
    """
    repeating = None if timeframe is None else _repeating(timeframe, "validity_timeframe")
    days = EVERY_DAY if not day_of_week else _weekdays(day_of_week, "validity_day_of_week")
    daily: Sequence[Hours] = ()
    if hours is not None:
        given = Given(hours, "validity_hours")
        daily = given.take("daily", listed(_published_hours, most=MOST_HOURS), ())
        given.finish()
    return _window("validity_hours", zone_name, starts_at, ends_at, days, tuple(daily), repeating)


def _window(
    path: str,
    name: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    days: frozenset[int],
    hours: tuple[Hours, ...],
    repeating: Repeating | None,
) -> Window:
    try:
        return Window(
            zone=name,
            starts_at=starts_at,
            ends_at=ends_at,
            days=days,
            hours=hours,
            repeating=repeating,
        )
    except InvalidValueError as error:
        raise ReadingError(path, error.message, **error.params) from None


def _hours(raw: Any, path: str) -> Hours:
    return _hours_named(raw, path, "from", "to", "days")


def _published_hours(raw: Any, path: str) -> Hours:
    return _hours_named(raw, path, "start_time", "expiration_time", "days_of_week")


def _hours_named(raw: Any, path: str, start: str, end: str, days: str) -> Hours:
    given = Given(raw, path)
    hours = Hours(
        given.need(start, clock_time),
        given.need(end, clock_time),
        given.take(days, _weekdays, EVERY_DAY),
    )
    given.finish()
    return hours


def _weekdays(raw: Any, path: str) -> frozenset[int]:
    days = frozenset(listed(whole, most=7)(raw, path))
    if not days <= EVERY_DAY:
        raise ReadingError(path, _("Weekdays are numbers from 0 (Sunday) to 6 (Saturday)."))
    return days


def _repeating(raw: Any, path: str) -> Repeating:
    given = Given(raw, path)
    interval = given.need("interval", _duration)
    duration = given.need("duration", _duration)
    given.finish()
    try:
        return Repeating(interval, duration)
    except InvalidValueError as error:
        raise ReadingError(path, error.message, **error.params) from None


def _duration(raw: Any, path: str) -> Duration:
    try:
        return Duration.parse(text(raw, path))
    except InvalidValueError as error:
        raise ReadingError(path, error.message, **error.params) from None
