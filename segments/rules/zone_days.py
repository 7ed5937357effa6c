"""What a local day is in each zone, remembered from question to question.

A rule is compiled for all six hundred zones, several times while its shape is chosen, and asked
again a moment later. The days it means are the same until midnight.
"""

import calendar
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from config.shared import localtime

FIRST_YEAR: Final = 1990  # of the anniversaries of moments; nothing was recorded earlier
_MIDNIGHT: Final = time(0)
_DAYS: Final = 50  # of six hundred zones each


@lru_cache(maxsize=600 * _DAYS)
def midnight(day: date, zone: str) -> datetime:
    """The instant at which a local day begins."""
    return localtime.to_instant(day, _MIDNIGHT, zone)


def month_days(days: Iterable[date]) -> list[int]:
    """Ascending numbers month * 100 + day; 29 February counts on the 28th in years that lack it."""
    listed = list(days)
    leap = {229 for one in listed if _stands_for_29_february(one)}
    return sorted(leap | {one.month * 100 + one.day for one in listed})


@lru_cache(maxsize=600 * _DAYS)
def same_days_each_year(start: date, days: int, zone: str) -> str:
    """An ascending array of instants as PostgreSQL writes it, start and end by turns: so many local
    days from `start` on, in every year so far.
    """
    end = start + timedelta(days=days)
    edges: list[datetime] = []
    for year in range(FIRST_YEAR, start.year + 1):
        both = _in_year(start, year), _in_year(end, year + end.year - start.year)
        since, until = (localtime.to_instant(day, _MIDNIGHT, zone) for day in both)
        if edges and since <= edges[-1]:
            edges[-1] = max(edges[-1], until)
        elif since < until:
            edges += [since, until]
    return array(edges)


def array(values: Sequence[Any]) -> str:
    """An array as PostgreSQL writes one, of numbers, days or instants, or of texts."""
    if values and isinstance(values[0], str):
        return "{" + ",".join(map(_quoted, values)) + "}"
    return "{" + ",".join(map(str, values)) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _stands_for_29_february(day: date) -> bool:
    return (day.month, day.day) == (2, 28) and not calendar.isleap(day.year)


def _in_year(day: date, year: int) -> date:
    """The same day in another year; 29 February is 1 March where there is none."""
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return day.replace(year=year)
