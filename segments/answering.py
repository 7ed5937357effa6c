"""The answers to many conditions for a few customers, in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from customers.models import DataCategory
from segments.rules.answers import NEVER, Answer
from segments.rules.binding import Binder
from segments.rules.compiler import UNRESTRICTED, allowed, known
from segments.rules.tree import Condition
from segments.rules.waking import next_change

ALONE: Final = 3  # customers; for so few their own facts are gathered first

# A name here stands for the table of the same name in the rest of the statement. So every condition
# reads the few rows of these customers, and the planner need not weigh indexes for each of them.
_OWN_ROWS: Final = """
WITH customers_identity AS MATERIALIZED (
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
)
"""


_NO_MOMENT: Final = "NULL::timestamptz"
# Fields that look at nothing but the rows above and small tables.
_OWN_GROUPS: Final = frozenset(
    {"profile", "consent", "attribute", "list", "orders", "product", "event"}
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What conditions come to for one customer, by the keys that they were asked with.

    While `restricted` the customer is in no segment, whatever the conditions say.
    """

    restricted: bool
    by_key: Mapping[str, Answer]


def answer(
    conditions: Mapping[str, Condition],
    *,
    customers: Mapping[int, str],
    at: datetime,
    gated: frozenset[DataCategory],
) -> dict[int, Answers]:
    """The answers to these conditions, by their keys, at that moment; who is gone has none.

    `customers` are primary keys with their zones. A value that may not be looked at is not. One
    statement; two where some conditions belong to apps above, which may look at whatever they like.
    """
    own: dict[str, Condition] = {}
    others: dict[str, Condition] = {}
    for key, condition in conditions.items():
        group = condition.field.partition(".")[0]
        (own if group in _OWN_GROUPS else others)[key] = condition
    found = _asked(own, customers, at, gated, alone=len(customers) <= ALONE)
    if not others:
        return found
    more = _asked(others, customers, at, gated, alone=False)
    return {
        pk: Answers(answers.restricted, {**answers.by_key, **more[pk].by_key})
        for pk, answers in found.items()
        if pk in more
    }


def _asked(
    conditions: Mapping[str, Condition],
    customers: Mapping[int, str],
    at: datetime,
    gated: frozenset[DataCategory],
    *,
    alone: bool,
) -> dict[int, Answers]:
    binder = Binder(at, few=True, zones=set(customers.values()))
    permissions: dict[DataCategory, str] = {}
    values, moments, waking = [], [], []
    for key, condition in conditions.items():
        field = known(condition)
        needed = sorted(field.categories_of(condition) & gated)
        for category in needed:
            permissions.setdefault(category, f"may_{category.lower()}")
        values.append(_where_allowed(field.predicate(condition, binder), needed))
        moment = next_change(condition, binder, gated)
        if moment != _NO_MOMENT:
            waking.append(key)
            moments.append(moment)
    allowances = "".join(
        f", {allowed(category, binder)} AS {name}" for category, name in permissions.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_OWN_ROWS if alone else ''}"
            f"SELECT c.id, NOT ({UNRESTRICTED}), ARRAY[{', '.join(values)}]::boolean[],"
            f" ARRAY[{', '.join(moments)}]::timestamptz[]"
            f" FROM (SELECT c.*{allowances} FROM customers_customer c"
            f" WHERE c.id = ANY(%(seg_who)s::bigint[]) OFFSET 0) AS c {binder.joins()}",
            {**binder.params, "seg_who": list(customers)},
        )
        rows = cursor.fetchall()
    return {
        pk: Answers(restricted, _by_key(list(conditions), told, waking, untils))
        for pk, restricted, told, untils in rows
    }


def _where_allowed(predicate: str, needed: Sequence[DataCategory]) -> str:
    """Unknown where the use of one of these kinds of data is not allowed."""
    if not needed:
        return predicate
    asked = " AND ".join(f"c.may_{category.lower()}" for category in needed)
    return f"CASE WHEN {asked} THEN {predicate} END"


def _by_key(
    keys: Sequence[str],
    told: Sequence[bool | None],
    waking: Sequence[str],
    untils: Sequence[datetime | None],
) -> dict[str, Answer]:
    moments = {key: until for key, until in zip(waking, untils, strict=True) if until}
    return {
        key: Answer(value, moments.get(key, NEVER)) for key, value in zip(keys, told, strict=True)
    }
