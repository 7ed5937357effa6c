"""Where a local hour comes between two ticks, at the cost of a look-up where it does not. Pure.

Most ticks find no zone whose clock shows the hour of sending. For each zone and hour the next such
instant is remembered, so those ticks compute nothing.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from config.shared.localtime import local_dates_between, to_instant

_AHEAD = timedelta(days=3)  # contains an instant of every hour in every zone, skipped days included

# {hour: {zone: (since, next)}}: no instant of that hour lies in (since, next).
_next: dict[time, dict[str, tuple[datetime, datetime]]] = {}


def zones_due(start: datetime, end: datetime, clock: time, zones: Iterable[str]) -> list[str]:
    """Those of the zones in which a local `clock` comes in (start, end]."""
    if end <= start:
        return []
    known = _next.setdefault(clock, {})
    due = []
    for zone in zones:
        since, following = known.get(zone, (end, end))
        if not since <= start < following:
            following = _following(start, clock, zone)
            known[zone] = (start, following)
        if following <= end:
            due.append(zone)
    return due


def _following(start: datetime, clock: time, zone: str) -> datetime:
    """The first instant after `start` at which the zone's clock shows `clock`."""
    dates = local_dates_between(start, start + _AHEAD, clock, zone)
    return min(to_instant(day, clock, zone) for day in dates)
