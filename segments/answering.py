"""The answers to many conditions for a few customers in one statement, and when they change.

Conditions of this app and those below share what is read of few customers.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from customers.models import DataCategory
from segments.alike import Alike, OneZone
from segments.rules.binding import Binder
from segments.rules.compiler import UNRESTRICTED, allowed, known
from segments.rules.tree import Condition
from segments.rules.waking import next_change

NO_MOMENT: Final = "NULL::timestamptz"
_ALONE: Final = 3  # customers; for so few their own facts are gathered first

# In the rest of a statement these names mean what is said here. So every condition reads the few
# rows of these customers, and the planner need not weigh indexes for each of hundreds of them.
_OWN_ROWS: Final = """
customers_identity AS MATERIALIZED (
    SELECT * FROM customers_identity WHERE customer_id = ANY(%(seg_who)s::bigint[])
), customers_consentstate AS MATERIALIZED (
    SELECT * FROM customers_consentstate WHERE customer_id = ANY(%(seg_who)s::bigint[])
), customers_order AS MATERIALIZED (
    SELECT * FROM customers_order
    WHERE identity_id IN (SELECT id FROM customers_identity)
), customers_orderline AS MATERIALIZED (
    SELECT * FROM customers_orderline WHERE order_id IN (SELECT id FROM customers_order)
), customers_event AS MATERIALIZED (
    SELECT * FROM customers_event
    WHERE identity_id IN (SELECT id FROM customers_identity)
), """
# Fields that look at nothing but those rows and at small tables.
_OWN_GROUPS: Final = frozenset(
    {
        *("profile", "consent", "geo", "attribute", "list"),
        *("orders", "product", "rfm", "interest", "event"),
    }
)


def group_of(condition: Condition) -> str:
    return condition.field.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Answers:
    """What conditions come to for one customer, by the keys that they were asked with.

    While `restricted` the customer is in no segment, whatever the conditions say.
    """

    restricted: bool
    by_key: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Customers (primary keys) of one zone who are asked the same, by keys, as of one moment."""

    customer_ids: Collection[int]
    zone: str
    at: datetime
    conditions: Mapping[str, Condition]


def answer(asked: Sequence[Asked], gated: frozenset[DataCategory]) -> dict[int, Answers]:
    """The answers, by the customer's primary key; `gated` data that may not be looked at is not.

    A customer is in one of `asked` at most. One statement.
    """
    shapes, permissions = Alike(), _Permissions(gated)
    for number, ask in enumerate(asked):
        shared: dict[Hashable, Any] = {}
        for place, condition in enumerate(ask.conditions.values()):
            binder = _binder(ask, shared)
            field = known(condition)
            predicate = field.predicate(condition, binder)
            may = permissions.of(field.categories_of(condition))
            shapes.add(
                number, place, f"CASE WHEN {may} THEN {predicate} END" if may else predicate, binder
            )
    params = _whom(asked) | permissions.params
    told = shapes.table("boolean", params)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {_own_rows(asked)}{_asked(permissions.columns)}, told AS MATERIALIZED ({told})"
            f" SELECT c.id, c.ask, NOT ({UNRESTRICTED}),"
            " (SELECT array_agg(t.value ORDER BY t.place) FROM told t WHERE t.customer_id = c.id)"
            " FROM asked c",
            params,
        )
        return {
            pk: Answers(restricted, dict(zip(asked[ask].conditions, values or (), strict=True)))
            for pk, ask, restricted, values in cursor.fetchall()
        }


def moments(asked: Sequence[Asked], gated: frozenset[DataCategory]) -> tuple[str, dict[str, Any]]:
    """SQL, to be put behind WITH, of `moment` (customer_id, moments): for each condition that a
    customer is asked, in this order, when passing time next changes it; with its parameters.
    """
    shapes = Alike()
    for number, ask in enumerate(asked):
        shared: dict[Hashable, Any] = {}
        for place, condition in enumerate(ask.conditions.values()):
            binder = _binder(ask, shared)
            shapes.add(number, place, next_change(condition, binder, gated), binder)
    params = _whom(asked)
    told = shapes.table("timestamptz", params)
    return (
        f"{_own_rows(asked)}{_asked('')}, moment AS MATERIALIZED ("
        f"SELECT customer_id, array_agg(value ORDER BY place) AS moments FROM ({told}) told"
        " GROUP BY customer_id)",
        params,
    )


class _AsAsked(Binder):
    """For the customers of all questions together, each as of their own moment."""

    def now(self) -> str:
        return "w.at"


class _Permissions:
    """Whether each customer allows a kind of data, as columns of `asked`."""

    def __init__(self, gated: frozenset[DataCategory]) -> None:
        self._gated = gated
        self._binder = _AsAsked(datetime.max.replace(tzinfo=UTC), few=True)
        self._columns: dict[DataCategory, str] = {}

    def of(self, categories: frozenset[DataCategory]) -> str:
        """SQL over `c` that is true where all of them may be looked at; empty if anybody may."""
        needed = sorted(categories & self._gated)
        for category in needed:
            if category not in self._columns:
                self._columns[category] = allowed(category, self._binder)
        return " AND ".join(f"c.may_{category.lower()}" for category in needed)

    @property
    def columns(self) -> str:
        return "".join(
            f", {sql} AS may_{category.lower()}" for category, sql in self._columns.items()
        )

    @property
    def params(self) -> dict[str, Any]:
        return self._binder.params


def _binder(ask: Asked, shared: dict[Hashable, Any]) -> OneZone:
    return OneZone(
        ask.at,
        few=True,
        zones=[ask.zone],
        zone=ask.zone,
        stored_scores=True,
        shared=shared,
    )


def _asked(columns: str) -> str:
    return (
        f"asked AS MATERIALIZED (SELECT c.*, w.ask{columns} FROM customers_customer c JOIN"
        " unnest(%(seg_who)s::bigint[], %(seg_asks)s::int[], %(seg_ats)s::timestamptz[])"
        " AS w (id, ask, at) ON w.id = c.id)"
    )


def _whom(asked: Sequence[Asked]) -> dict[str, Any]:
    whom = [(pk, number, ask.at) for number, ask in enumerate(asked) for pk in ask.customer_ids]
    return {
        "seg_who": [pk for pk, _number, _at in whom],
        "seg_asks": [number for _pk, number, _at in whom],
        "seg_ats": [at for _pk, _number, at in whom],
    }


def _own_rows(asked: Sequence[Asked]) -> str:
    """Nothing where a condition of an app above may look at whatever it likes."""
    if sum(len(ask.customer_ids) for ask in asked) > _ALONE:
        return ""
    groups = {group_of(condition) for ask in asked for condition in ask.conditions.values()}
    return _OWN_ROWS if groups <= _OWN_GROUPS else ""
