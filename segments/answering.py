"""The answers to many conditions for a few customers in one statement, and when they change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from customers.models import DataCategory
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
    {"profile", "consent", "geo", "attribute", "list", "orders", "product", "interest", "event"}
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
class Question:
    """Whom, as of when, and what needs permission; `customers` are primary keys with their zones.

    Where `customers` are few, conditions of this app and those below share what is read of them.
    """

    customers: Mapping[int, str]
    at: datetime
    gated: frozenset[DataCategory]

    def answer(self, conditions: Mapping[str, Condition]) -> dict[int, Answers]:
        """The answers, by the customer's primary key; a value that may not be looked at is not.

        One statement.
        """
        binder = self._binder()
        permissions: dict[DataCategory, str] = {}
        values = []
        for condition in conditions.values():
            field = known(condition)
            needed = sorted(field.categories_of(condition) & self.gated)
            for category in needed:
                permissions.setdefault(category, f"may_{category.lower()}")
            predicate = field.predicate(condition, binder)
            may = " AND ".join(f"c.{permissions[category]}" for category in needed)
            values.append(f"CASE WHEN {may} THEN {predicate} END" if may else predicate)
        allowances = "".join(
            f", {allowed(category, binder)} AS {name}" for category, name in permissions.items()
        )
        own_rows = self._own_rows(conditions)
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH {own_rows}asked AS MATERIALIZED ("
                f"SELECT c.*{allowances} FROM customers_customer c"
                " WHERE c.id = ANY(%(seg_who)s::bigint[]))"
                f" SELECT c.id, NOT ({UNRESTRICTED}), ARRAY[{', '.join(values)}]::boolean[]"
                f" FROM asked c {binder.joins()}",
                {**binder.params, "seg_who": list(self.customers)},
            )
            return {
                pk: Answers(restricted, dict(zip(conditions, told, strict=True)))
                for pk, restricted, told in cursor.fetchall()
            }

    def moments(self, conditions: Mapping[str, Condition]) -> tuple[str, dict[str, Any]]:
        """SQL, to be put behind WITH, of `moment` (customer_id, moments): for each condition, in
        this order, when passing time next changes it; with its parameters.
        """
        binder = self._binder()
        moments = [next_change(one, binder, self.gated) for one in conditions.values()]
        return (
            f"{self._own_rows(conditions)}moment AS MATERIALIZED ("
            f"SELECT c.id AS customer_id, ARRAY[{', '.join(moments)}]::timestamptz[] AS moments"
            f" FROM customers_customer c {binder.joins()}"
            " WHERE c.id = ANY(%(seg_who)s::bigint[]))",
            {**binder.params, "seg_who": list(self.customers)},
        )

    def _binder(self) -> Binder:
        return Binder(self.at, few=True, zones=set(self.customers.values()))

    def _own_rows(self, conditions: Mapping[str, Condition]) -> str:
        """Nothing where a condition of an app above may look at whatever it likes."""
        groups = {group_of(condition) for condition in conditions.values()}
        return _OWN_ROWS if len(self.customers) <= _ALONE and groups <= _OWN_GROUPS else ""
