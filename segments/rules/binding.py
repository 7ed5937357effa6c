"""What a rule's SQL is composed with: parameters, and moments and days that differ by zone."""

import calendar
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar

from dateutil.relativedelta import relativedelta

from config.shared import clock, localtime

_MIDNIGHT: Final = time(0)
FIRST_YEAR: Final = 1990  # of the anniversaries of moments; nothing was recorded earlier

_PRESENT: Final = timedelta(minutes=5)
_FARTHEST: Final = 36_500  # days; a hundred years are as good as for ever

T = TypeVar("T")
DayOf = Callable[[date], date]
"""From the local date of the moment asked about to another date meant."""


@dataclass(frozen=True, slots=True)
class _Column:
    """What each zone has of its own: values in the order of zones, and how SQL reaches them."""

    kind: str
    listed: list[Any]
    sql: str

    @property
    def element(self) -> str:
        return "text" if self.kind.endswith("[]") else self.kind


@dataclass(slots=True)
class Binder:
    """Collects parameters, and what differs from zone to zone, while SQL is composed.

    `few` says that the question is about few customers found otherwise (those due now), so facts
    are looked up for each of them instead of being grouped for everybody. `zones` are the zones of
    those few where they are known: without them something is computed for every zone there is.
    `stored_scores` says to read the scores of buyers as they are kept instead of computing them.
    `looked_up` are the paths of single conditions whose facts are to be looked up all the same, and
    `grouped` those whose were not. Binders that compile the same question share `shared`.
    """

    at: datetime
    few: bool = False
    zones: Collection[str] | None = None
    stored_scores: bool = False
    looked_up: Collection[str] = ()
    grouped: list[str] = field(default_factory=list)
    shared: dict[Hashable, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    _placeholders: dict[tuple[type, str], str] = field(default_factory=dict)
    _between: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)
    _columns: dict[tuple[Any, ...], _Column] = field(default_factory=dict)
    _joined: dict[str, str] = field(default_factory=dict)

    @property
    def is_past(self) -> bool:
        """Whether facts may have come in since the moment asked about, so that what is kept of the
        present does not answer. A moment just gone by is the present.
        """
        return self.at < clock.now() - _PRESENT

    def value(self, value: Any) -> str:
        """The placeholder of a parameter, the same for equal ones."""
        key = type(value), repr(value)
        if key not in self._placeholders:
            name = f"seg{len(self.params)}"
            self.params[name] = value
            self._placeholders[key] = f"%({name})s"
        return self._placeholders[key]

    def known(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """What was asked once for the whole question, in whatever shape it is compiled."""
        if key not in self.shared:
            self.shared[key] = ask()
        return self.shared[key]

    def looks_up(self, path: str) -> bool:
        """Whether the facts of the condition at this path are looked up customer by customer."""
        return self.few or path in self.looked_up

    def now(self) -> str:
        """SQL for the moment asked about."""
        return f"{self.value(self.at)}::timestamptz"

    def ago(self, count: int, unit: str) -> str:
        """SQL for the moment `count` units ago; from days on it is the start of the local day."""
        if unit == "hour":
            return f"{self.value(self.at - timedelta(hours=count))}::timestamptz"
        return self._start(("ago", count, unit), _back(count, unit))

    def is_since(self, moment: str, count: int, unit: str, *, customer: str) -> str:
        """SQL that says whether a moment is not before `ago`, of a customer who is not `c`.

        What the zones agree about is asked first. Between the first and the last of their
        midnights the customer's own decides, and is looked up.
        """
        if unit == "hour":
            return f"{moment} >= {self.ago(count, unit)}"
        utc, *starts = self._starts(("ago", count, unit), _back(count, unit))
        own = (
            f"SELECT coalesce(({self.value(starts)}::timestamptz[])"
            f"[array_position({self.value(self._zones())}::text[], k.zone::text)],"
            f" {self.value(utc)}::timestamptz)"
            f" FROM customers_customer k WHERE k.id = {customer}"
        )
        first, last = self.value(min(utc, *starts)), self.value(max(utc, *starts))
        return (
            f"({moment} >= {first}::timestamptz"
            f" AND ({moment} >= {last}::timestamptz OR {moment} >= ({own})))"
        )

    def until(self, count: int, unit: str) -> str:
        """SQL for the end, excluded, of the next `count` units; from days on of a local day."""
        if unit == "hour":
            return f"{self.value(self.at + timedelta(hours=count, microseconds=1))}::timestamptz"
        return self._start(("until", count, unit), ahead(count, unit, plus_days=1))

    def start_of(self, day: date, *, plus_days: int = 0) -> str:
        """SQL for the start of a calendar day on the customer's own clock."""
        wanted = day + timedelta(days=plus_days)
        return self._start(("day", wanted), lambda _today: wanted)

    def day_start(self, days: int) -> str:
        """SQL for the start of the local day that lies so many days from today."""
        away = max(-_FARTHEST, min(_FARTHEST, days))
        return self._start(("away", away), lambda today: today + timedelta(days=away))

    def start_of_period(self, period: str, *, following: bool = False) -> str:
        """SQL for the start of the customer's own day, week (from Monday) or month, or of the
        following one.
        """
        return self._start((period, following), beginning_of(period, following))

    def day(self, key: tuple[Any, ...], day_of: DayOf) -> str:
        """SQL for a local date as text, YYYY-MM-DD, which sorts as dates do."""
        return self.by_zone(
            ("text", *key), "text", lambda zone: day_of(self.today(zone)).isoformat()
        )

    def day_ago(self, count: int, unit: str) -> str:
        """The local date `count` units back, as text; less than a day ago is today."""
        return self.day(("ago", count, unit), _back(count, unit))

    def day_until(self, count: int, unit: str) -> str:
        """The last local date of the next `count` units, as text."""
        return self.day(("until", count, unit), ahead(count, unit))

    def day_of_period(self, period: str, *, following: bool = False) -> str:
        """The first local date of the present day, week or month, or of the following one."""
        return self.day((period, following), beginning_of(period, following))

    def is_month_day(
        self, value: str, key: tuple[Any, ...], days_of: Callable[[date], Iterable[date]]
    ) -> str:
        """SQL that says whether month * 100 + day is that of one of these local dates; 29 February
        counts on the 28th in years that lack it.

        The days of all zones come first: for them an index can be used.
        """

        def listed(zone: str) -> str:
            days = list(days_of(self.today(zone)))
            leap = {229 for one in days if _stands_for_29_february(one)}
            found = leap | {one.month * 100 + one.day for one in days}
            return "{" + ",".join(map(str, sorted(found))) + "}"

        key = ("month_days", *key)
        own = self.by_zone(key, "smallint[]", listed)
        each = {text.strip("{}") for text in self._of_zones(key, listed)}
        anywhere = sorted({int(day) for text in each for day in text.split(",")})
        return f"{value} = ANY ({self.value(anywhere)}::smallint[]) AND {value} = ANY ({own})"

    def same_days_each_year(self, first: int, last: int) -> str:
        """SQL for an ascending array of instants, start and end by turns: the local days from
        `first` to `last` days from today, in every year so far; what is to come has its day in
        its own year first.
        """

        def listed(zone: str) -> str:
            start = self.today(zone) + timedelta(days=first)
            end = start + timedelta(days=last - first + 1)
            edges: list[datetime] = []
            for year in range(FIRST_YEAR, start.year + 1):
                days = _in_year(start, year), _in_year(end, year + end.year - start.year)
                since, until = (localtime.to_instant(day, _MIDNIGHT, zone) for day in days)
                if edges and since <= edges[-1]:
                    edges[-1] = max(edges[-1], until)
                elif since < until:
                    edges += [since, until]
            return "{" + ",".join(f'"{edge.isoformat()}"' for edge in edges) + "}"

        return self.by_zone(("each_year", first, last), "timestamptz[]", listed)

    def today(self, zone: str) -> date:
        """The local date of the moment asked about."""
        return localtime.to_local(self.at, zone).date()

    def not_before(self, value: str, moment: str) -> str:
        """SQL for `value >= moment`; what holds in every zone comes first, for indexes."""
        first, _last = self._between.get(moment, (None, None))
        wide = "" if first is None else f"{value} >= {self.value(first)}::timestamptz AND "
        return f"{wide}{value} >= {moment}"

    def before(self, value: str, moment: str) -> str:
        """SQL for `value < moment`, likewise."""
        _first, last = self._between.get(moment, (None, None))
        wide = "" if last is None else f"{value} < {self.value(last)}::timestamptz AND "
        return f"{wide}{value} < {moment}"

    def _start(self, key: tuple[Any, ...], day_of: DayOf) -> str:
        starts = self._starts(key, day_of)
        moment = self.by_zone(("start", *key), "timestamptz", self._midnight_of(day_of))
        self._between[moment] = min(starts), max(starts)
        return moment

    def _starts(self, key: tuple[Any, ...], day_of: DayOf) -> list[datetime]:
        return self._of_zones(("start", *key), self._midnight_of(day_of))

    def _midnight_of(self, day_of: DayOf) -> Callable[[str], datetime]:
        return lambda zone: localtime.to_instant(day_of(self.today(zone)), _MIDNIGHT, zone)

    def _of_zones(self, key: tuple[Any, ...], of: Callable[[str], T]) -> list[T]:
        """What each zone has of its own: UTC, which stands for those that are none any more, and
        then `_zones()`.
        """
        found: list[T] = self.known(key, lambda: [of(zone) for zone in ("UTC", *self._zones())])
        return found

    def by_zone(self, key: tuple[Any, ...], kind: str, of: Callable[[str], Any]) -> str:
        """SQL for a value that each zone has of its own; UTC's for a zone that is none any more.

        `of` gives it by the zone's name, an array as PostgreSQL writes one ("{1,2}"); the same
        `key` is the same column.
        """
        if key not in self._columns:
            utc, *listed = self._of_zones(key, of)
            sql = f"coalesce(z.b{len(self._columns)}, {self.value(utc)}::{kind})"
            self._columns[key] = _Column(kind, listed, sql)
        return self._columns[key].sql

    def each(self, alias: str, value: str, facts: str, owner: str) -> str:
        """SQL for an aggregate over facts of each customer, looked up once for all who ask for it
        by this alias. `facts` is FROM and WHERE, `owner` their column with the customer.
        """
        if self.few:
            found = f"LATERAL (SELECT {value} AS value {facts} AND {owner} = c.id)"
            self._joined.setdefault(alias, f"LEFT JOIN {found} AS {alias} ON TRUE")
        else:
            grouped = f"(SELECT {owner} AS customer_id, {value} AS value {facts} GROUP BY 1)"
            self.join(alias, lambda: grouped)
        return f"{alias}.value"

    def join(self, alias: str, table: Callable[[], str]) -> str:
        """The alias of a table with at most one row per customer (`customer_id`), joined once."""
        if alias not in self._joined:
            self._joined[alias] = f"LEFT JOIN {table()} AS {alias} ON {alias}.customer_id = c.id"
        return alias

    def join_grouped(self, path: str, table: str) -> str:
        """The alias of facts grouped by customer (`customer_id`), joined once for equal facts.

        `path` is the condition that asks, for the choice between grouping and looking up.
        """
        if path not in self.grouped:
            self.grouped.append(path)
        alias = self._aliases.setdefault(table, f"f{len(self._aliases)}")
        return self.join(alias, lambda: f"({table})")

    def joins(self) -> str:
        """The joins that carry what each zone and what each customer has of its own."""
        return " ".join([*self._joined.values(), self._zone_join()]).strip()

    def _zones(self) -> list[str]:
        known = localtime.zone_names()
        return sorted(known if self.zones is None else known.intersection(self.zones))

    def _zone_join(self) -> str:
        if not self._columns:
            return ""
        names = ", ".join(f"b{i}" for i in range(len(self._columns)))
        # An array of arrays has to be rectangular, so each comes as text and is read here, once
        # for each zone: without OFFSET it would be read again for each customer.
        told = self._columns.values()
        columns = ", ".join(f"b{i}::{column.kind}" for i, column in enumerate(told))
        arrays = [f"{self.value(self._zones())}::text[]"] + [
            f"{self.value(column.listed)}::{column.element}[]" for column in told
        ]
        return (
            f"LEFT JOIN (SELECT zone, {columns} FROM unnest({', '.join(arrays)})"
            f" AS told(zone, {names}) OFFSET 0) AS z ON z.zone = c.zone"
        )


def _stands_for_29_february(day: date) -> bool:
    return (day.month, day.day) == (2, 28) and not calendar.isleap(day.year)


def _in_year(day: date, year: int) -> date:
    """The same day in another year; 29 February is 1 March where there is none."""
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return day.replace(year=year)


def _back(count: int, unit: str) -> DayOf:
    if unit == "hour":
        return lambda today: today
    step = relativedelta(**{f"{unit}s": count})
    return lambda today: today - step


def ahead(count: int, unit: str, *, plus_days: int = 0) -> DayOf:
    if unit == "hour":
        return lambda today: today + timedelta(days=plus_days)
    step = relativedelta(**{f"{unit}s": count})
    return lambda today: today + step + timedelta(days=plus_days)


def beginning_of(period: str, following: bool) -> DayOf:
    """The first day of the present day, week (from Monday) or month, or of the following one."""

    def first(today: date) -> date:
        match period:
            case "day":
                return today + timedelta(days=int(following))
            case "week":
                return today + timedelta(days=7 * following - today.weekday())
        first_of_month = today.replace(day=1)
        if not following:
            return first_of_month
        return (first_of_month + timedelta(days=31)).replace(day=1)

    return first
