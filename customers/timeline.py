"""The timeline of the customer page: what happened, from every app, newest first, without OFFSET.

Each app registers sources in `AppConfig.ready()`. A page asks every chosen source for one row more
than it shows, each in one statement, and merges: as many statements as there are sources, however
long the history. The key of the next page is (moment, kind, id) of the last entry shown.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any, Final, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise

from customers.models import Customer, DataCategory

Row = TypeVar("Row", bound=Model)

PAGE_SIZE: Final = 25
_SEPARATOR: Final = "_"
_LARGEST_ID: Final = 18  # digits
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, in the reader's language.

    `tone` is one of the labels' (`good`, `bad`, `wait`, `plain`); `url` leads to the object.
    Entries with the same `alike` that follow one another on one day are shown as one.
    """

    at: datetime
    pk: int
    title: str
    detail: str = ""
    label: str = ""
    tone: str = "plain"
    url: str = ""
    alike: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """The place in the timeline behind which a page begins."""

    at: datetime
    kind: str
    pk: int

    def __str__(self) -> str:
        return _SEPARATOR.join((self.at.isoformat(), str(self.pk), self.kind))


def read_key(text: str) -> Key | None:
    """The key that an address names; None where it names none that can be read."""
    moment, _, rest = text.partition(_SEPARATOR)
    pk, _, kind = rest.partition(_SEPARATOR)
    if not (pk.isascii() and pk.isdigit()) or len(pk) > _LARGEST_ID:
        return None
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    if at is None or at.tzinfo is None or not 1 < at.year < 9999:
        return None
    return Key(at, kind, int(pk))


@dataclass(frozen=True, slots=True)
class Window:
    """What a source is asked for: whose entries, from when to when, how many, behind which key."""

    customer: Customer
    identity_ids: Sequence[int]
    visible: frozenset[str]
    kind: str
    at: datetime
    size: int
    before: Key | None = None
    since: datetime | None = None
    until: datetime | None = None

    def newest(self, rows: QuerySet[Row], moment: str) -> Sequence[Row]:
        """The newest of these rows by `moment` (a field that is never empty) and id, in bounds.

        At most `size`, in one statement.
        """
        if self.since:
            rows = rows.filter(**{f"{moment}__gte": self.since})
        if self.until:
            rows = rows.filter(**{f"{moment}__lt": self.until})
        if self.before:
            rows = rows.filter(self._behind(self.before, moment))
        return list(rows.order_by(f"-{moment}", "-pk")[: self.size])

    def _behind(self, key: Key, moment: str) -> Q:
        """Kinds of one moment follow one another by name, so those after the key's may share it."""
        if self.kind > key.kind:
            return Q(**{f"{moment}__lte": key.at})
        if self.kind < key.kind:
            return Q(**{f"{moment}__lt": key.at})
        # The first condition says nothing new, but an index can begin with it.
        return Q(**{f"{moment}__lte": key.at}) & (Q(**{f"{moment}__lt": key.at}) | Q(pk__lt=key.pk))


@dataclass(frozen=True, slots=True)
class Source:
    """Entries of one kind.

    `kind` is what the address calls it; sources with the same `group` are chosen together.
    `category` names the kind of data where the customer's permission is needed to look at all.
    `load` returns the entries of `Window.newest`, newest first, without their `kind`.
    """

    kind: str
    title: str | Promise
    icon: str
    permission: str
    load: Callable[[Window], Iterable[Entry]]
    position: int
    group: str = ""
    category: DataCategory | None = None

    @property
    def chosen_as(self) -> str:
        return self.group or self.kind


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Add a source; ValueError where its kind is taken or cannot be part of a key."""
    if source.kind in _sources or _SEPARATOR in source.kind:
        raise ValueError(f"{source.kind} is taken or contains “{_SEPARATOR}”")
    _sources[source.kind] = source


def sources_for(user: Any) -> list[Source]:
    """The sources this colleague may see, in order."""
    allowed = [source for source in _sources.values() if user.has_perm(source.permission)]
    return sorted(allowed, key=lambda source: source.position)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of entries; `older` leads to the next, `hidden` are kinds of data not read."""

    entries: Sequence[Entry]
    older: str
    first: bool
    hidden: Sequence[DataCategory]


def timeline_of(
    customer: Customer,
    *,
    sources: Sequence[Source],
    identity_ids: Sequence[int],
    visible: Collection[str],
    at: datetime,
    before: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    size: int = PAGE_SIZE,
) -> Timeline:
    """A page of what these sources know, newest first.

    `visible` are the categories of data that may be looked at: what belongs to another one is not
    read at all. `since` counts, `until` does not.
    """
    key = read_key(before)
    seen = [one for one in sources if one.category is None or one.category in visible]
    loaded = [
        _kept(
            source,
            Window(
                customer=customer,
                identity_ids=identity_ids,
                visible=frozenset(visible),
                kind=source.kind,
                at=at,
                size=size + 1,
                before=key,
                since=since,
                until=until,
            ),
        )
        for source in seen
    ]
    found = [entry for entry, _ in zip(merge(*loaded, key=_place), range(size + 1), strict=False)]
    shown = found[:size]
    older = ""
    if len(found) > size:
        last = shown[-1]
        older = str(Key(last.at, last.kind, last.pk))
    hidden = [one.category for one in sources if one.category and one.category not in visible]
    return Timeline(shown, older, key is None, list(dict.fromkeys(hidden)))


def _kept(source: Source, window: Window) -> list[Entry]:
    return [replace(entry, kind=source.kind) for entry in source.load(window)]


def _place(entry: Entry) -> tuple[timedelta, str, int]:
    return (_LATEST - entry.at, entry.kind, -entry.pk)
