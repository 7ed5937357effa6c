"""Reading kept membership: who is in since when, how many, what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from segments.models import KeepingState, KeptSegment, Membership, MembershipChange, Segment


@dataclass(frozen=True, slots=True)
class Size:
    """How many customers were in a segment at a moment."""

    at: datetime
    size: int


def known_size(segment: Segment) -> Size | None:
    """How many were in the segment when it was last counted; None where that is not kept."""
    return known_sizes([segment.pk]).get(segment.pk)


def known_sizes(segment_ids: Iterable[int]) -> dict[int, Size]:
    """The same for many segments, by primary key; one statement."""
    rows = KeptSegment.objects.filter(pk__in=list(segment_ids), state=KeepingState.KEPT)
    return {
        one.pk: Size(one.size_at, one.size)
        for one in rows
        if one.size is not None and one.size_at is not None
    }


def size_history(segment: Segment, *, since: datetime, until: datetime | None = None) -> list[Size]:
    """The sizes noted from `since` on, the oldest first: by the hour, long ago by the day."""
    points = segment.size_points.filter(at__gte=since)
    if until is not None:
        points = points.filter(at__lt=until)
    return [Size(at, size) for at, size in points.order_by("at").values_list("at", "size")]


@dataclass(frozen=True, slots=True)
class InSince:
    """That a customer is in a segment; `since` is None where that began before it was kept."""

    segment: Segment
    since: datetime | None


def memberships_of(customer_id: int) -> list[InSince]:
    """The kept segments that a customer is in, by name; one statement."""
    rows = Membership.objects.filter(customer=customer_id, inside=True).select_related("segment")
    return [InSince(row.segment, row.since) for row in rows.order_by("segment__name")]


def changes(
    segment: Segment, *, before: MembershipChange | None = None, limit: int = 50
) -> Sequence[MembershipChange]:
    """Who entered and left, the latest first; `before` continues behind the last one shown."""
    rows = segment.membership_changes.select_related("customer").order_by("-at", "-pk")
    if before is not None:
        rows = rows.filter(at__lte=before.at).exclude(at=before.at, pk__gte=before.pk)
    return list(rows[:limit])
