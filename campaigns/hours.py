"""Where a local hour comes between two ticks, at the cost of a look-up where it does not. Pure.

Most ticks find no zone whose clock shows the hour of sending. For each zone and hour the next such
instant is remembered, so those ticks compute nothing.
"""

from collections.abc import Iterable
from datetime import datetime, time

from config.shared.localtime import ONE_DAY, to_instant, to_local

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
    """The first instant after `start` at which the zone's clock shows `clock`.

    Later dates never have earlier instants, and no date before today has a later one: it is today,
    or the next date whose hour is still to come.
    """
    day = to_local(start, zone).date()
    while (instant := to_instant(day, clock, zone)) <= start:
        day += ONE_DAY
    return instant
