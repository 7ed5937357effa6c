"""Many conditions by few subqueries: those that differ only in their values are asked as one.

To parse and plan hundreds of subqueries costs the database many times what it costs to answer them
for one customer. But few of them differ in more than a number, a name or a moment. So the SQL of
each is composed by itself; those with the same text are one subquery over rows of values.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from config.shared import localtime
from segments.rules.binding import Binder, DayOf

_PLACEHOLDER: Final = re.compile(r"%\((seg\d+)\)s")
_INT4, _INT8 = 2**31, 2**63


@dataclass(slots=True)
class OneZone(Binder):
    """Composes what is asked of customers of one zone, so that what differs from zone to zone is a
    value like any other.

    `kinds` are the types of values that are known; `fixed` are those values that a joined table
    needs, which no row can give it.
    """

    zone: str = "UTC"
    kinds: dict[str, str] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    _of_zone: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def value(self, value: Any) -> str:
        """A placeholder of its own: values that are equal here are others in another condition."""
        name = f"seg{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def by_zone(self, key: tuple[Any, ...], kind: str, of: Callable[[str], Any]) -> str:
        if key not in self._of_zone:
            zone = self.zone if self.zone in localtime.zone_names() else "UTC"
            found = self.known((zone, *key), lambda: of(zone))
            self.kinds[f"seg{len(self.params)}"] = kind
            self._of_zone[key] = f"{self.value(found)}::{kind}"
        return self._of_zone[key]

    def _start(self, key: tuple[Any, ...], day_of: DayOf) -> str:
        return self.by_zone(("start", *key), "timestamptz", self._midnight_of(day_of))

    def join(self, alias: str, table: Callable[[], str]) -> str:
        before = set(self.params)
        joined = Binder.join(self, alias, table)
        self.fixed |= self.params.keys() - before
        return joined


@dataclass(frozen=True, slots=True)
class _One:
    """One of the questions of a shape: for whom (`ask`), its place there, and its values."""

    ask: int
    place: int
    binder: OneZone


class Alike:
    """Collects SQL expressions over `c`, and gives one table of all their values.

    In it a row of the CTE `asked` (customers with the number of what they are asked, `ask`) has a
    row for each expression added for that number: `customer_id`, `place`, `value`.
    """

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], list[_One]] = defaultdict(list)

    def add(self, ask: int, place: int, sql: str, binder: OneZone) -> None:
        """An expression that was composed with this binder, and nothing else with it."""
        fixed = sorted(binder.fixed)
        shape = (sql, binder.joins(), *(repr((name, binder.params[name])) for name in fixed))
        self._shapes[shape].append(_One(ask, place, binder))

    def table(self, kind: str, params: dict[str, Any]) -> str:
        """SQL of the table with values of that type; its parameters are added to `params`."""
        selects = [
            _select(f"shape{number}", kind, sql, joins, ones, params)
            for number, ((sql, joins, *_fixed), ones) in enumerate(self._shapes.items())
        ]
        nothing = f"SELECT NULL::bigint AS customer_id, NULL::int AS place, NULL::{kind} AS value"
        return " UNION ALL ".join(selects) or f"{nothing} WHERE FALSE"


def _select(
    prefix: str, kind: str, sql: str, joins: str, ones: Sequence[_One], params: dict[str, Any]
) -> str:
    """The values of one shape. What is the same in all questions stays a parameter."""
    columns = {"ask": "int", "place": "int"}
    lists: dict[str, list[Any]] = {
        "ask": [one.ask for one in ones],
        "place": [one.place for one in ones],
    }
    reached: dict[str, str] = {}
    first = ones[0].binder
    for name, value in first.params.items():
        values = [one.binder.params[name] for one in ones]
        if all(other == value for other in values):
            params[f"{prefix}_{name}"] = value
            reached[name] = f"%({prefix}_{name})s"
        else:
            columns[name] = first.kinds.get(name) or _type_of(values)
            lists[name] = values
            reached[name] = f"k.{name}"

    def placed(composed: str) -> str:
        return _PLACEHOLDER.sub(lambda found: reached[found[1]], composed)

    arrays = []
    for name, listed in lists.items():
        params[f"{prefix}_{name}s"] = _array(listed)
        element = "text" if columns[name].endswith("[]") else columns[name]
        arrays.append(f"%({prefix}_{name}s)s::{element}[]")
    read = ", ".join(f"{name}::{type_}" for name, type_ in columns.items())
    # An array of arrays has to be rectangular, so each comes as text and is read here, once.
    return (
        f"SELECT c.id AS customer_id, k.place, ({placed(sql)})::{kind} AS value FROM asked c"
        f" JOIN (SELECT {read} FROM unnest({', '.join(arrays)}) AS told({', '.join(columns)})"
        f" OFFSET 0) AS k ON k.ask = c.ask {placed(joins)}"
    )


def _type_of(values: Sequence[Any]) -> str:
    """The type that PostgreSQL would see in each of these values."""
    types = {type(value) for value in values}
    if types == {int}:
        largest = max(abs(value) for value in values)
        return "int" if largest < _INT4 else "bigint" if largest < _INT8 else "numeric"
    if types <= {int, Decimal}:
        return "numeric"
    if types <= {int, Decimal, float}:
        return "float8"
    names: Mapping[type, str] = {
        bool: "boolean", str: "text", datetime: "timestamptz", date: "date", list: "text[]",
    }  # fmt: skip
    (only,) = types
    return names[only]


def _array(values: Sequence[Any]) -> str:
    """As PostgreSQL writes an array; one of lists has them as texts.

    The driver would make the same of a list, but looks at each element many times: of hundreds of
    arrays that takes longer than the database takes to answer.
    """
    texts = (_array(value) if isinstance(value, list) else str(value) for value in values)
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"
