"""What a rule's SQL is composed with: parameters, and moments and days that differ by zone."""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, TypeVar

from dateutil.relativedelta import relativedelta

from config.shared import clock, localtime
from segments.rules import zone_days
from segments.rules.grouping import Grouping, joins

_PRESENT: Final = timedelta(minutes=5)
_FARTHEST: Final = 36_500  # days; a hundred years are as good as for ever

T = TypeVar("T")
DayOf = Callable[[date], date]
"""From the local date of the moment asked about to another date meant."""


@dataclass(frozen=True, slots=True)
class _Column:
    """What each zone has of its own: values in the order of joined zones, as an array is written,
    and how SQL reaches them.
    """

    kind: str
    listed: str
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
    `often` are the zones that customers are known to live in, read beforehand: what these have of
    their own is joined, and that of any other zone is found all the same.
    `stored_scores` says to read the scores of buyers as they are kept instead of computing them.
    `looked_up` are the paths of single conditions whose facts are to be looked up all the same, and
    `grouped` those whose were not, each with the alias of its grouping. `needed` says by the SQL of
    a condition in which grouping it needs a row, and each of `together` are groupings of which
    everybody who is asked for is in one at least. Binders that compile the same question share
    `shared`.
    """

    at: datetime
    few: bool = False
    zones: Collection[str] | None = None
    often: Collection[str] | None = None
    stored_scores: bool = False
    looked_up: Collection[str] = ()
    grouped: dict[str, str] = field(default_factory=dict)
    needed: dict[str, str] = field(default_factory=dict)
    together: list[frozenset[str]] = field(default_factory=list)
    shared: dict[Hashable, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    _placeholders: dict[tuple[type, str], str] = field(default_factory=dict)
    _between: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    _tables: dict[str, str] = field(default_factory=dict)
    _groupings: dict[str, Grouping] = field(default_factory=dict)
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
        key = "ago", count, unit
        utc, *starts = self._starts(key, _back(count, unit))
        listed = self._written(("start", *key), starts, self._zones())
        own = (
            f"SELECT coalesce(({self.value(listed)}::timestamptz[])"
            f"[array_position({self._written_zones()}::text[], k.zone::text)],"
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

        @cache
        def listed(today: date) -> list[int]:
            return zone_days.month_days(days_of(today))

        key = ("month_days", *key)
        own = self.by_zone(
            key, "smallint[]", lambda zone: zone_days.array(listed(self.today(zone)))
        )
        days = {self.today(zone) for zone in ("UTC", *self._zones())}
        anywhere = sorted({number for day in days for number in listed(day)})
        return f"{value} = ANY ({self.value(anywhere)}::smallint[]) AND {value} = ANY ({own})"

    def same_days_each_year(self, first: int, last: int) -> str:
        """SQL for an ascending array of instants, start and end by turns: the local days from
        `first` to `last` days from today, in every year so far; what is to come has its day in
        its own year first.
        """

        def listed(zone: str) -> str:
            start = self.today(zone) + timedelta(days=first)
            return zone_days.same_days_each_year(start, last - first + 1, zone)

        return self.by_zone(("each_year", first, last), "timestamptz[]", listed)

    def today(self, zone: str) -> date:
        """The local date of the moment asked about."""
        days: dict[str, date] = self.known("todays", dict)
        if zone not in days:
            days[zone] = localtime.to_local(self.at, zone).date()
        return days[zone]

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
        meant = cache(day_of)
        return lambda zone: zone_days.midnight(meant(self.today(zone)), zone)

    def _of_zones(self, key: tuple[Any, ...], of: Callable[[str], T]) -> list[T]:
        """What each zone has of its own: UTC, which stands for those that are none any more, and
        then `_zones()`.
        """
        found: list[T] = self._known_here(
            key, lambda: [of(zone) for zone in ("UTC", *self._zones())]
        )
        return found

    def by_zone(self, key: tuple[Any, ...], kind: str, of: Callable[[str], Any]) -> str:
        """SQL for a value that each zone has of its own; UTC's for a zone that is none any more.

        `of` gives it by the zone's name, an array as PostgreSQL writes one ("{1,2}"); the same
        `key` is the same column.
        """
        if key not in self._columns:
            utc, *each = self._of_zones(key, of)
            column = _Column(kind, self._written(key, each, self._joined_zones()), "")
            found = [f"z.b{len(self._columns)}"]
            if self.often is not None:
                listed = self.value(self._written(key, each, self._zones()))
                found.append(
                    f"({listed}::{column.element}[])"
                    f"[array_position({self._written_zones()}::text[], c.zone::text)]::{kind}"
                )
            sql = f"coalesce({', '.join(found)}, {self.value(utc)}::{kind})"
            self._columns[key] = replace(column, sql=sql)
        return self._columns[key].sql

    def _written(self, key: tuple[Any, ...], each: list[Any], zones: Collection[str]) -> str:
        """The values of these zones as an array is written."""
        if len(zones) == len(each):
            written: str = self._known_here(("written", *key), lambda: zone_days.array(each))
            return written
        return zone_days.array(
            [value for zone, value in zip(self._zones(), each, strict=True) if zone in zones]
        )

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
        alias = self._tables.setdefault(table, f"t{len(self._tables)}")
        self.grouped[path] = alias
        return alias

    def aggregated(self, path: str, facts: str, aggregate: str, only: str) -> str:
        """SQL for an aggregate over facts grouped by customer, which all conditions about the same
        facts share (`Grouping`).
        """
        number = len(self._groupings)
        grouping = self._groupings.setdefault(facts, Grouping(f"g{number}", facts))
        self.grouped[path] = grouping.alias
        return f"{grouping.alias}.{grouping.column(aggregate, only)}"

    def needing(self, alias: str, sql: str) -> str:
        """The SQL of a condition that is true of nobody without a row in this grouping; of what is
        none, nothing is remembered.
        """
        if alias in self.grouped.values():
            self.needed[sql] = alias
        return sql

    def groupings(self) -> dict[str, str]:
        """The SQL of everything grouped, by alias."""
        return {alias: table for table, alias in self._tables.items()} | {
            grouping.alias: grouping.sql for grouping in self._groupings.values()
        }

    def joins(self) -> str:
        """The joins that carry what each zone and what each customer has of its own."""
        grouped = joins(self.groupings(), self.together)
        return " ".join([*grouped, *self._joined.values(), self._zone_join()]).strip()

    def _zones(self) -> list[str]:
        known = localtime.zone_names()
        wanted = known if self.zones is None else known.intersection(self.zones)
        found: list[str] = self._known_here("zones", lambda: sorted(wanted))
        return found

    def _joined_zones(self) -> list[str]:
        if self.often is None:
            return self._zones()
        often = frozenset(self.often)
        return [zone for zone in self._zones() if zone in often]

    def _written_zones(self) -> str:
        return self.value(self._known_here("written zones", lambda: zone_days.array(self._zones())))

    def _known_here(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """As `known`, of the zones that this binder is for."""
        zones = None if self.zones is None else frozenset(self.zones)
        return self.known((zones, key), ask)

    def _zone_join(self) -> str:
        if not self._columns:
            return ""
        names = ", ".join(f"b{i}" for i in range(len(self._columns)))
        # An array of arrays has to be rectangular, so each comes as text and is read here, once
        # for each zone: without OFFSET it would be read again for each customer.
        told = self._columns.values()
        columns = ", ".join(f"b{i}::{column.kind}" for i, column in enumerate(told))
        arrays = [f"{self.value(zone_days.array(self._joined_zones()))}::text[]"] + [
            f"{self.value(column.listed)}::{column.element}[]" for column in told
        ]
        return (
            f"LEFT JOIN (SELECT zone, {columns} FROM unnest({', '.join(arrays)})"
            f" AS told(zone, {names}) OFFSET 0) AS z ON z.zone = c.zone"
        )


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
