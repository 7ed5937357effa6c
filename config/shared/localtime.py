"""Local calendar time to instants and back, with one written policy for every odd day.

- A local date that does not exist (Pacific/Apia has no 2011-12-30) means the same clock time on
  the next existing date. This is asked first.
- A local time that does not exist (the gap of a clock change) means the first instant after the
  gap. Midnight can be missing too.
- A local time that happens twice means the first one.

Instants are aware datetimes in UTC. A zone is an IANA name.
"""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, cast

import tzdata  # type: ignore[import-untyped]

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _

# zoneinfo prefers the operating system's time zone files, whose age nobody controls; system copies
# lag behind by years. With an empty search path it uses the pinned tzdata package, the same rules
# on every machine. The cache is cleared because something may have loaded a zone before.
zoneinfo.reset_tzpath(to=[])
zoneinfo.ZoneInfo.clear_cache()

ONE_DAY: Final = timedelta(days=1)
MIDNIGHT: Final = time()
_ONE_SECOND: Final = timedelta(seconds=1)


class UnknownZoneError(InvalidValueError):
    """The name is not a time zone of the pinned tz database."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("“%(zone)s” is not a time zone. Use an IANA name such as Europe/Istanbul."), zone=name
        )


@cache
def zone_names() -> frozenset[str]:
    """Return every usable IANA name; “Factory”, which stands for a zone not set up, is not."""
    return frozenset(zoneinfo.available_timezones()) - {"Factory"}


def is_zone(name: str) -> bool:
    """Say whether `name` is a usable IANA zone name; names are case-sensitive."""
    return name in zone_names()


def zone_or(name: str | None, default: str) -> str:
    """Return `name` when it is a zone, else `default`; never raises, so no batch fails on it."""
    return name if name is not None and is_zone(name) else default


def tzdb_version() -> str:
    """Return the release of the tz database in use, such as “2026f”."""
    return str(tzdata.IANA_VERSION)


_zone_by_name: dict[str, zoneinfo.ZoneInfo] = {}


def zone_info(name: str) -> zoneinfo.ZoneInfo:
    """Return the rules of a zone, loaded once per process; raises UnknownZoneError."""
    try:
        return _zone_by_name[name]
    except KeyError:
        if not is_zone(name):
            raise UnknownZoneError(name) from None
        return _zone_by_name.setdefault(name, zoneinfo.ZoneInfo(name))


def _offset(moment: datetime) -> timedelta:
    # An aware datetime always has an offset; the type of utcoffset() covers naive ones too.
    return cast(timedelta, moment.utcoffset())


def to_instant(day: date, clock: time, zone: str) -> datetime:
    """Return the UTC instant of a local date and clock time, by the policy of this module.

    `clock` is a naive time of day; its fold is ignored. Raises UnknownZoneError, and
    ValueError when `clock` carries a zone of its own.
    """
    if clock.tzinfo is not None:
        raise ValueError("A local clock time must not carry a time zone.")
    local = datetime.combine(day, clock, zone_info(zone)).replace(fold=0)
    # For fold 0 zoneinfo answers with the offset before a clock change, for fold 1 with the one
    # after it. They differ only inside a gap or an overlap.
    before, after = _offset(local), _offset(local.replace(fold=1))
    if after > before:
        return _instant_in_gap(day, clock, zone, before, after)
    return local.astimezone(UTC)


def _instant_in_gap(
    day: date, clock: time, zone: str, before: timedelta, after: timedelta
) -> datetime:
    """Resolve a local time that a clock change from `before` to `after` leaves out."""
    naive = datetime.combine(day, clock).replace(fold=0)
    change = _offset_change(zone_info(zone), naive - after, naive - before, after)
    first_missing, first_existing = change + before, change + after
    midnight = datetime.combine(day, MIDNIGHT)
    if first_missing <= midnight and midnight + ONE_DAY <= first_existing:
        return to_instant(day + ONE_DAY, clock, zone)
    return change.replace(tzinfo=UTC)


def _offset_change(
    rules: zoneinfo.ZoneInfo, early: datetime, late: datetime, after: timedelta
) -> datetime:
    """Return the first naive UTC second in (early, late] at which the offset is `after`.

    The caller guarantees that `early` still has the offset before the change. Changes happen on
    whole seconds, so bisecting whole seconds is exact.
    """
    early = early.replace(microsecond=0)
    late = late.replace(microsecond=0) + _ONE_SECOND
    while late - early > _ONE_SECOND:
        middle = early + timedelta(seconds=(late - early) // _ONE_SECOND // 2)
        if middle.replace(tzinfo=UTC).astimezone(rules).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late


def to_local(instant: datetime, zone: str) -> datetime:
    """Return an instant as the aware local time of `zone`: the inverse of `to_instant`.

    Raises UnknownZoneError, and ValueError for a naive instant.
    """
    if instant.tzinfo is None:
        raise ValueError("An instant must be aware: add a time zone, for example UTC.")
    return instant.astimezone(zone_info(zone))


def utc_offset(zone: str, instant: datetime) -> timedelta:
    """Return how far local time is ahead of UTC at `instant`; negative west of Greenwich."""
    return _offset(to_local(instant, zone))


@cache
def clock_changes(zone: str, year: int) -> tuple[tuple[datetime, timedelta], ...]:
    """Return when a zone's offset changes in a year of UTC, each with the offset from then on.

    Looked for week by week: two changes within one week that undo each other would be missed,
    which no zone has had since 1990. Raises UnknownZoneError.
    """
    rules = zone_info(zone)
    changes = []
    early, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    before = _offset(early.astimezone(rules))
    while early < end:
        late = min(early + 7 * ONE_DAY, end)
        after = _offset(late.astimezone(rules))
        if after != before:
            change = _offset_change(
                rules, early.replace(tzinfo=None), late.replace(tzinfo=None), after
            )
            changes.append((change.replace(tzinfo=UTC), after))
        early, before = late, after
    return tuple(changes)


def end_of_day(day: date, zone: str) -> datetime:
    """Return the first instant of the next local day that exists: an exclusive upper bound.

    “Until 31 December” is inclusive, so it is stored as this instant and compared with `<`, never
    `<=`. There is no last instant of a day to store: a day has no last microsecond that every
    system agrees on. Where clocks go back across midnight (Newfoundland did at 00:01 until 2011),
    the minutes of `day` that come again afterwards are outside.
    """
    return to_instant(day + ONE_DAY, MIDNIGHT, zone)


def local_dates_between(start: datetime, end: datetime, clock: time, zone: str) -> list[date]:
    """Return, in order, the local dates D with `start < to_instant(D, clock, zone) <= end`.

    Windows that touch share no date and miss none, whatever the clock changes between them. A
    date that does not exist falls on the instant of the next one, so both come together.
    The cost is one conversion per day of the window plus a constant.
    """
    if end <= start:
        return []
    # A missing date lands one day later, and an overlap may turn the local date back by one, so
    # the local dates of the two ends are widened by what that can hide.
    day = to_local(start, zone).date() - 2 * ONE_DAY
    last = to_local(end, zone).date() + ONE_DAY
    dates = []
    while day <= last:
        if start < to_instant(day, clock, zone) <= end:
            dates.append(day)
        day += ONE_DAY
    return dates
