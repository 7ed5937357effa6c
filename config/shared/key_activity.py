"""What was asked with a key lately, for its page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from config.shared.models import ApiKey, ApiRequest

# The first digit of a status: which answers a filter shows.
CLASSES = {"2": (200, 299), "4": (400, 499), "429": (429, 429), "5": (500, 599)}


@dataclass(frozen=True, slots=True)
class Day:
    """A day's answers by what became of them."""

    day: date
    answered: int
    refused: int
    throttled: int
    failed: int


def requests_of(key: ApiKey, *, status: str) -> QuerySet[ApiRequest]:
    """The kept requests of a key, all or those of a class of answers."""
    rows: QuerySet[ApiRequest] = ApiRequest.objects.filter(api_key=key)
    if status in CLASSES:
        rows = rows.filter(status__range=CLASSES[status])
    return rows


def days_of(key: ApiKey, *, at: datetime) -> Sequence[Day]:
    """Answers on each of the last days on the clock of the page, oldest first.

    One statement, of at most the 10,000 rows that are kept of a key: no SQL names a zone.
    """
    today = timezone.localtime(at).date()
    days = [today - timedelta(days=back) for back in range(settings.REQUEST_LOG_DAYS - 1, -1, -1)]
    counts: Counter[tuple[date, str]] = Counter()
    for moment, status in ApiRequest.objects.filter(api_key=key).values_list("at", "status"):
        counts[timezone.localtime(moment).date(), _class_of(status)] += 1
    return [
        Day(day, *(counts[day, name] for name in ("answered", "refused", "throttled", "failed")))
        for day in days
    ]


def _class_of(status: int) -> str:
    if status == 429:
        return "throttled"
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else "answered"
