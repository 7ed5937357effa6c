"""What a rule's SQL is composed with: parameters, and moments and days that differ by zone."""

import calendar
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from dateutil.relativedelta import relativedelta

from config.shared import clock, localtime

_MIDNIGHT: Final = time(0)
FIRST_YEAR: Final = 1990  # of the anniversaries of moments; nothing was recorded earlier

_PRESENT: Final = timedelta(minutes=5)
_FARTHEST: Final = 36_500  # days; a hundred years are as good as for ever

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
    """

    at: datetime
    few: bool = False
    zones: Collection[str] | None = None
    params: dict[str, Any] = field(default_factory=dict)
    _columns: dict[tuple[Any, ...], _Column] = field(default_factory=dict)
    _joined: dict[str, str] = field(default_factory=dict)

    @property
    def is_past(self) -> bool:
        """Whether facts may have come in since the moment asked about, so that what is kept of the
        present does not answer. A moment just gone by is the present.
        """
        return self.at < clock.now() - _PRESENT

    def value(self, value: Any) -> str:
        """The placeholder of a parameter."""
        name = f"seg{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def now(self) -> str:
        """SQL for the moment asked about."""
        return f"{self.value(self.at)}::timestamptz"

    def ago(self, count: int, unit: str) -> str:
        """SQL for the moment `count` units ago; from days on it is the start of the local day."""
        if unit == "hour":
            return f"{self.value(self.at - timedelta(hours=count))}::timestamptz"
        return self._start(("ago", count, unit), _back(count, unit))

    def ago_anywhere(self, count: int, unit: str) -> str:
        """SQL for the earliest moment that `ago` has on anybody's clock."""
        if unit == "hour":
            return self.ago(count, unit)
        day_of = _back(count, unit)
        starts = [
            localtime.to_instant(day_of(self.today(zone)), _MIDNIGHT, zone)
            for zone in {"UTC", *self._zones()}
        ]
        return f"{self.value(min(starts))}::timestamptz"

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

    def month_days(self, key: tuple[Any, ...], days_of: Callable[[date], Iterable[date]]) -> str:
        """SQL for an array of month * 100 + day of local dates; 29 February counts on the 28th in
        years that lack it.
        """

        def listed(zone: str) -> str:
            found: set[int] = set()
            for one in days_of(self.today(zone)):
                found.add(one.month * 100 + one.day)
                if (one.month, one.day) == (2, 28) and (one + timedelta(days=1)).month == 3:
                    found.add(229)
            return "{" + ",".join(map(str, sorted(found))) + "}"

        return self.by_zone(("month_days", *key), "smallint[]", listed)

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

    def _start(self, key: tuple[Any, ...], day_of: DayOf) -> str:
        return self.by_zone(
            ("start", *key),
            "timestamptz",
            lambda zone: localtime.to_instant(day_of(self.today(zone)), _MIDNIGHT, zone),
        )

    def by_zone(self, key: tuple[Any, ...], kind: str, of: Callable[[str], Any]) -> str:
        """SQL for a value that each zone has of its own; UTC's for a zone that is none any more.

        `of` gives it by the zone's name, an array as PostgreSQL writes one ("{1,2}"); the same
        `key` is the same column.
        """
        if key not in self._columns:
            otherwise = f"{self.value(of('UTC'))}::{kind}"
            sql = f"coalesce(z.b{len(self._columns)}, {otherwise})"
            self._columns[key] = _Column(kind, [of(zone) for zone in self._zones()], sql)
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
