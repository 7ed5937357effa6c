"""What became of messages in a stretch of time, for dashboards."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count

from config.shared.periods import Period
from messaging.models import Delivery, DeliveryState

TROUBLE = (DeliveryState.FAILED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class MessageFigures:
    """Messages by outcome, and per day of the period: sent, and not sent for whatever reason.

    `reasons` are keys of the gate's reasons, or the state where a delivery has none.
    """

    sent: int
    not_sent: int
    sent_by_day: Sequence[int]
    not_sent_by_day: Sequence[int]
    reasons: Sequence[tuple[str, int]]


_BY_DAY = """
SELECT width_bucket(finished_at, %s::timestamptz[]), state, reason, count(*)
FROM messaging_delivery
WHERE finished_at >= %s AND finished_at < %s
GROUP BY 1, 2, 3
"""


def message_figures(period: Period) -> MessageFigures:
    """Figures of the messages whose fate was decided in the period; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, [list(period.bounds), period.start, period.end])
        rows = cursor.fetchall()
    sent, other = [0] * len(period.days), [0] * len(period.days)
    reasons: Counter[str] = Counter()
    for bucket, state, reason, times in rows:
        column = sent if state == DeliveryState.SENT else other
        column[bucket - 1] += times
        if state != DeliveryState.SENT:
            reasons[reason or state] += times
    return MessageFigures(sum(sent), sum(other), sent, other, reasons.most_common())


def sent_count(*, start: datetime, end: datetime) -> int:
    return Delivery.objects.filter(
        state=DeliveryState.SENT, finished_at__gte=start, finished_at__lt=end
    ).count()


def trouble_counts(*, since: datetime) -> dict[str, int]:
    """How many messages failed or have an unknown outcome since then, by state."""
    return dict(
        Delivery.objects.filter(state__in=TROUBLE, created_at__gte=since)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
