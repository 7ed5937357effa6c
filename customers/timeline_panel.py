"""The tab “Timeline” of the customer page: what was asked for, days, and alike entries as one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise

from config.shared import localtime
from customers.panels import Asking
from customers.timeline import Entry, Source, sources_for, timeline_of

# So many of the same on one day in a row are shown as one line that can be opened.
FOLDED_FROM: Final = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of entry that can be chosen."""

    key: str
    title: str | Promise
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; without a kind, all kinds."""

    kinds: frozenset[str]
    first_day: date | None
    last_day: date | None

    @property
    def is_set(self) -> bool:
        return bool(self.kinds or self.first_day or self.last_day)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a day; `others` are the alike entries that it stands for."""

    entry: Entry
    icon: str
    others: Sequence[Entry] = ()

    @property
    def count(self) -> int:
        return 1 + len(self.others)


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    lines: Sequence[Line]


def read_filter(params: QueryDict) -> Filter:
    """What is written wrongly is as if it were not there."""
    return Filter(
        frozenset(params.getlist("kind")), _day(params.get("since")), _day(params.get("until"))
    )


def _day(text: str | None) -> date | None:
    try:
        found = parse_date(text or "")
    except ValueError:
        return None
    return found if found and 1900 < found.year < 9000 else None


def timeline(asking: Asking) -> Mapping[str, Any]:
    """A page of what happened; days are those of the project's zone."""
    zone = asking.project.zone
    wanted = read_filter(asking.params)
    sources = sources_for(asking.user)
    found = timeline_of(
        asking.customer,
        sources=[one for one in sources if not wanted.kinds or one.chosen_as in wanted.kinds],
        identity_ids=[identity.pk for identity in asking.customer.identities.all()],
        visible=asking.visible,
        at=asking.at,
        before=asking.before,
        since=_start(wanted.first_day, zone),
        until=localtime.end_of_day(wanted.last_day, zone) if wanted.last_day else None,
    )
    return {
        "days": _days(found.entries, {one.kind: one.icon for one in sources}),
        "hidden": [category.label for category in found.hidden],
        "choices": _choices(sources, wanted.kinds),
        "wanted": wanted,
        "page": found,
    }


def _start(day: date | None, zone: str) -> datetime | None:
    return localtime.to_instant(day, time(0), zone) if day else None


def _choices(sources: Iterable[Source], chosen: frozenset[str]) -> list[Choice]:
    titles: dict[str, str | Promise] = {}
    for source in sources:
        titles.setdefault(source.chosen_as, source.title)
    return [Choice(key, title, key in chosen) for key, title in titles.items()]


def _days(entries: Sequence[Entry], icons: Mapping[str, str]) -> list[Day]:
    return [
        Day(day, list(_lines(list(group), icons)))
        for day, group in groupby(entries, lambda entry: timezone.localtime(entry.at).date())
    ]


def _lines(entries: Sequence[Entry], icons: Mapping[str, str]) -> Iterable[Line]:
    for alike, group in groupby(entries, lambda entry: (entry.kind, entry.alike)):
        run = list(group)
        if alike[1] and len(run) >= FOLDED_FROM:
            yield Line(run[0], icons[run[0].kind], run[1:])
        else:
            yield from (Line(entry, icons[entry.kind]) for entry in run)
