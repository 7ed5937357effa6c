"""How many customers are in each kept segment: counted now and then, and kept as its history."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from segments.models import KeepingState, KeptSegment, SizePoint

_HOURLY_FOR: Final = timedelta(days=30)
# Counted again within this time wherever somebody entered or left since.
_FRESH: Final = timedelta(minutes=1)
_AT_MOST: Final = 50  # segments in one go; the next minute goes on with those counted longest ago

_COUNT = """
UPDATE segments_keptsegment SET size_at = %(at)s, size = (
    SELECT count(*) FROM segments_membership m WHERE m.segment_id = %(segment)s AND m.inside
) WHERE segment_id = %(segment)s
"""
_THIN_OUT = """
DELETE FROM segments_sizepoint p WHERE p.at < %(hourly_from)s AND EXISTS (
    SELECT FROM segments_sizepoint l WHERE l.segment_id = p.segment_id AND l.at < %(hourly_from)s
      AND l.at > p.at AND date_trunc('day', l.at) = date_trunc('day', p.at)
)
"""


def count_sizes(*, at: datetime) -> int:
    """Count the segments that changed since they were last counted; returns how many."""
    counted = 0
    kept = KeptSegment.objects.filter(state=KeepingState.KEPT).order_by("size_at", "pk")
    for one in kept:
        if counted < _AT_MOST and _is_stale(one, at):
            _count(one.pk, at)
            counted += 1
    return counted


def record_sizes(*, at: datetime) -> int:
    """Count every kept segment and note its size for this hour; returns how many were noted.

    Asked twice in an hour it notes the first. What is older than a month is thinned out to the
    last one of each day.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    noted = SizePoint.objects.filter(at=hour)
    kept = KeptSegment.objects.filter(state=KeepingState.KEPT)
    wanted = kept.exclude(segment__in=noted.values("segment")).order_by("pk")
    for pk in list(wanted.values_list("pk", flat=True)):
        _count(pk, at)
    points = [
        SizePoint(segment_id=one.pk, at=hour, size=one.size)
        for one in kept.filter(size_at=at).exclude(segment__in=noted.values("segment"))
        if one.size is not None
    ]
    SizePoint.objects.bulk_create(points, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(_THIN_OUT, {"hourly_from": at - _HOURLY_FOR})
    return len(points)


def _is_stale(kept: KeptSegment, at: datetime) -> bool:
    if kept.size_at is None or (kept.built_at and kept.size_at < kept.built_at):
        return True
    if kept.size_at > at - _FRESH:
        return False
    # A change is noticed a moment before it can be seen.
    since = kept.size_at - _FRESH
    return kept.segment.membership_changes.filter(noticed_at__gte=since).exists()


def _count(segment_id: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"segment": segment_id, "at": at})
