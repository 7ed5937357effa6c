"""When a zone's clocks changed, for SQL that has to count local days without naming a zone."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from config.shared.localtime import is_zone, utc_offset

_FROM: Final = datetime(1995, 1, 1, tzinfo=UTC)
_UNTIL: Final = datetime(2045, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(days=7)  # no zone changed its clocks and back within a week in these years
_SECOND: Final = timedelta(seconds=1)
_EVER: Final = datetime(1, 1, 1, tzinfo=UTC)


class OffsetChange(NamedTuple):
    """From this instant on, local time is `seconds` ahead of UTC."""

    zone: str
    starts: datetime
    seconds: int


@cache
def offset_changes(zone: str) -> tuple[OffsetChange, ...]:
    """The offsets of a zone in order, the first one since ever; UTC's for a name that is no zone.

    Exact from 1995 to 2044; before and after, the nearest offset stands.
    """
    if not is_zone(zone):
        return (OffsetChange(zone, _EVER, 0),)
    known = utc_offset(zone, _FROM)
    changes = [OffsetChange(zone, _EVER, round(known.total_seconds()))]
    moment = _FROM
    while moment < _UNTIL:
        following = moment + _STEP
        offset = utc_offset(zone, following)
        if offset != known:
            starts = _change_between(zone, moment, following, offset)
            changes.append(OffsetChange(zone, starts, round(offset.total_seconds())))
            known = offset
        moment = following
    return tuple(changes)


def _change_between(zone: str, early: datetime, late: datetime, after: timedelta) -> datetime:
    """The first second in (early, late] at which the offset is `after`."""
    while late - early > _SECOND:
        middle = early + timedelta(seconds=(late - early) // _SECOND // 2)
        if utc_offset(zone, middle) == after:
            late = middle
        else:
            early = middle
    return late


def offset_columns(zones: Iterable[str]) -> dict[str, list[object]]:
    """The offsets of these zones as columns for `unnest`: zones, starts and seconds."""
    changes = [change for zone in zones for change in offset_changes(zone)]
    return {
        "zones": [change.zone for change in changes],
        "starts": [change.starts for change in changes],
        "seconds": [change.seconds for change in changes],
    }
