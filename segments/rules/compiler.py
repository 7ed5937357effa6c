"""A tree to one SQL condition over customers.

Three values without a third column: a node is compiled for what is asked of it, "certainly true" or
"certainly false". A condition on data that may not be used is neither, so a negation cannot reach
people by what we may not know; `and`, `or` and `not` follow Kleene. Values are always parameters.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from config.shared import localtime
from customers.models import DataCategory
from segments.rules.fields import FIELDS
from segments.rules.tree import Condition, Everyone, Group, Node

GATED = frozenset(
    {
        DataCategory.BROWSE_HISTORY,
        DataCategory.SEARCH_HISTORY,
        DataCategory.LOCATION,
        DataCategory.OFFLINE,
    }
)
_MIDNIGHT = time(0)


@dataclass(slots=True)
class Binder:
    """Collects parameters and the moments that differ from zone to zone while SQL is composed.

    `few` says that the question is about few customers found otherwise (those due now), so facts
    are looked up for each of them instead of being grouped for everybody.
    """

    at: datetime
    few: bool = False
    params: dict[str, Any] = field(default_factory=dict)
    _bounds: dict[tuple[Any, ...], list[datetime]] = field(default_factory=dict)

    def value(self, value: Any) -> str:
        """The placeholder of a parameter."""
        name = f"seg{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def ago(self, count: int, unit: str) -> str:
        """SQL for the moment `count` units ago; from days on it is the start of the local day."""
        if unit == "hour":
            return f"{self.value(self.at - timedelta(hours=count))}::timestamptz"
        step = relativedelta(**{f"{unit}s": count})
        return self._bound(("ago", count, unit), lambda today: today - step)

    def start_of(self, day: date, *, plus_days: int = 0) -> str:
        """SQL for the start of a calendar day on the customer's own clock."""
        wanted = day + timedelta(days=plus_days)
        return self._bound(("day", wanted), lambda _today: wanted)

    def _bound(self, key: tuple[Any, ...], day_of: Any) -> str:
        if key not in self._bounds:
            self._bounds[key] = [
                localtime.to_instant(
                    day_of(localtime.to_local(self.at, zone).date()), _MIDNIGHT, zone
                )
                for zone in _zones()
            ]
        return f"z.b{list(self._bounds).index(key)}"

    def joins(self) -> str:
        """The join that carries the moments of each zone, or nothing."""
        if not self._bounds:
            return ""
        columns = ", ".join(f"b{i}" for i in range(len(self._bounds)))
        arrays = [f"{self.value(_zones())}::text[]"] + [
            f"{self.value(moments)}::timestamptz[]" for moments in self._bounds.values()
        ]
        return f"JOIN unnest({', '.join(arrays)}) AS z(zone, {columns}) ON z.zone = c.zone"


def _zones() -> list[str]:
    return sorted(localtime.zone_names())


@dataclass(frozen=True, slots=True)
class Compiled:
    """Use as `FROM customers_customer c {joins} WHERE {where}` with the named `params`."""

    joins: str
    where: str
    params: dict[str, Any]


def compile_rules(
    tree: Node, *, at: datetime, gated: Iterable[DataCategory] = GATED, few: bool = False
) -> Compiled:
    """The customers for whom the rule is certainly true at that moment; `few` as in `Binder`."""
    binder = Binder(at, few=few)
    where = certainly(tree, True, binder, frozenset(gated))
    return Compiled(binder.joins(), where, binder.params)


def certainly(node: Node, wanted: bool, binder: Binder, gated: frozenset[DataCategory]) -> str:
    """SQL that is true where the node is certainly `wanted`; never NULL."""
    match node:
        case Everyone():
            return "TRUE" if wanted else "FALSE"
        case Group():
            inner_wanted = wanted != node.negated
            word = " AND " if (node.op == "and") == inner_wanted else " OR "
            inner = (certainly(rule, inner_wanted, binder, gated) for rule in node.rules)
            return f"({word.join(inner)})"
        case Condition():
            known = FIELDS[node.field]
            predicate = known.predicate(node, binder)
            asked = predicate if wanted else f"NOT ({predicate})"
            if known.category not in gated:
                return f"({asked})"
            return f"({allowed(known.category, binder)} AND {asked})"


def allowed(category: DataCategory, binder: Binder) -> str:
    """SQL that is true for customers who let us use this category of data."""
    return (
        "EXISTS (SELECT 1 FROM customers_consentstate s WHERE s.customer_id = c.id"
        f" AND s.data_category = {binder.value(category.value)} AND s.allowed"
        f" AND (s.valid_until IS NULL OR s.valid_until > {binder.value(binder.at)}))"
    )
