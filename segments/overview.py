"""What the screens of segments show of kept membership."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q

from config.shared.localtime import to_local
from config.shared.screens.pages import Page, keyset_page
from segments.memberships import known_sizes, size_history
from segments.models import MembershipChange, Segment
from segments.reach import Kept

HISTORY: Final = timedelta(days=90)
_LATELY: Final = timedelta(days=7)
_NOW_TOO: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class DaySize:
    """How many were in a segment at the end of a day, the last known moment of it."""

    day: date
    size: int


@dataclass(frozen=True, slots=True)
class Flow:
    """How many entered and left in the last seven days."""

    entered: int
    left: int


def kept_sizes(segment_ids: Iterable[int]) -> dict[int, Kept]:
    """The sizes of those segments whose membership is kept and complete, one statement."""
    return {pk: Kept(one.size, one.at) for pk, one in known_sizes(segment_ids).items()}


def sizes_by_day(segment: Segment, *, zone: str, at: datetime) -> list[DaySize]:
    """The size at the end of each day of the last ninety on which it is known, oldest first."""
    points = size_history(segment, since=at - HISTORY, until=at + _NOW_TOO)
    by_day = {to_local(point.at, zone).date(): point.size for point in points}
    return [DaySize(day, size) for day, size in by_day.items()]


def flow(segment: Segment, *, at: datetime) -> Flow:
    """Who entered twice counts twice."""
    lately = MembershipChange.objects.filter(segment=segment, at__gt=at - _LATELY, at__lte=at)
    came = Count("pk", filter=Q(entered=True))
    counted = lately.aggregate(came=came, all=Count("pk"))
    return Flow(counted["came"], counted["all"] - counted["came"])


def changes_of(segment: Segment, *, before: str = "") -> Page[MembershipChange]:
    """A page of who entered and left, newest first."""
    rows = MembershipChange.objects.filter(segment=segment).select_related("customer")
    return keyset_page(rows, before=before, moment="at")


def differences(sizes: Sequence[DaySize]) -> list[tuple[DaySize, int | None]]:
    """Each day with how much larger it was than the one before, newest first."""
    earlier: list[int | None] = [None, *(one.size for one in sizes)]
    pairs = [
        (one, None if before is None else one.size - before)
        for one, before in zip(sizes, earlier, strict=False)
    ]
    return pairs[::-1]
