"""How often, how much and when a customer bought."""

import math
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments.fields.facts import COMING_ORDER, ORDER_DETAILS, ORDER_TOTAL, ORDERS, orders
from segments.rules import dated, expressions
from segments.rules.binding import Binder
from segments.rules.expressions import COMPARISON
from segments.rules.fields import Field, Predicate, Seen, Wakes, register
from segments.rules.tree import Condition


def _compared(condition: Condition, aggregate: str, binder: Binder) -> tuple[str, bool]:
    """The comparison in SQL, and whether a customer without any order satisfies it (value 0)."""
    wanted = condition.value
    if condition.cmp == "between":
        low, high = wanted
        return (
            f"{aggregate} BETWEEN {binder.value(low)} AND {binder.value(high)}",
            low <= 0 <= high,
        )
    zero_satisfies = {
        "eq": wanted == 0,
        "ne": wanted != 0,
        "lt": wanted > 0,
        "lte": wanted >= 0,
        "gt": wanted < 0,
        "gte": wanted <= 0,
    }[condition.cmp]
    return f"{aggregate} {COMPARISON[condition.cmp]} {binder.value(wanted)}", zero_satisfies


def counted(aggregate: str) -> Predicate:
    """Comparisons of a count or sum over orders, 0 where there is none.

    One grouping of the fact table. Where zero satisfies the comparison the complement is grouped,
    so that customers without orders are in without being visited. A window counted in local days
    needs each customer's zone, so there the subquery is correlated.
    """

    def predicate(condition: Condition, binder: Binder) -> str:
        facts = orders(condition, binder)
        compared, zero_satisfies = _compared(condition, aggregate, binder)
        if binder.few or (condition.within and condition.within.unit != "hour"):
            with_zero = compared.replace(aggregate, f"coalesce({aggregate}, 0)", 1)
            return f"(SELECT {with_zero} {facts} AND i.customer_id = c.id)"
        if zero_satisfies:
            return f"c.id NOT IN (SELECT i.customer_id {facts} GROUP BY 1 HAVING NOT ({compared}))"
        return f"c.id IN (SELECT i.customer_id {facts} GROUP BY 1 HAVING {compared})"

    return predicate


def _of_orders(aggregate: str) -> Seen:
    """The aggregate over a customer's orders, NULL where there is none."""
    return lambda condition, binder: (
        f"(SELECT {aggregate} {orders(condition, binder)} AND i.customer_id = c.id)"
    )


def _nullable(aggregate: str) -> Predicate:
    """Comparisons of an aggregate that customers without orders do not have."""

    def predicate(condition: Condition, binder: Binder) -> str:
        facts = orders(condition, binder)
        if condition.cmp in {"empty", "not_empty"}:
            exists = f"EXISTS (SELECT 1 {facts} AND i.customer_id = c.id)"
            return exists if condition.cmp == "not_empty" else f"NOT {exists}"
        local_days = condition.within and condition.within.unit != "hour"
        if binder.few or local_days or condition.cmp == "ne":
            value = f"(SELECT {aggregate} {facts} AND i.customer_id = c.id)"
            return expressions.compared(value, condition, binder)
        compared, _zero = _compared(condition, aggregate, binder)
        return f"c.id IN (SELECT i.customer_id {facts} GROUP BY 1 HAVING {compared})"

    return predicate


def _moment(aggregate: str) -> Predicate:
    def predicate(condition: Condition, binder: Binder) -> str:
        return expressions.moment(_of_orders(aggregate)(condition, binder))(condition, binder)

    return predicate


def _days_since(condition: Condition, binder: Binder) -> str:
    """Whole days on the customer's calendar since the last order, as bounds of that moment."""
    last = _of_orders("max(o.placed_at)")(condition, binder)
    if condition.cmp in {"empty", "not_empty"}:
        return expressions.moment(last)(condition, binder)
    inside = _in_days(last, condition.cmp, condition.value, binder)
    if condition.cmp == "ne":
        return f"NOT coalesce({inside}, FALSE)"
    return f"coalesce({inside}, FALSE)"


def _in_days(last: str, cmp: str, value: Any, binder: Binder) -> str:
    def at_least(days: int) -> str:
        start = binder.day_start(-(days - 1))
        return f"{last} < {start}"

    def at_most(days: int) -> str:
        return f"{last} >= {binder.day_start(-days)}"

    if isinstance(value, tuple):
        low, high = value
        return f"{at_least(math.ceil(low))} AND {at_most(math.floor(high))}"
    match cmp:
        case "gte":
            return at_least(math.ceil(value))
        case "gt":
            return at_least(math.floor(value) + 1)
        case "lte":
            return at_most(math.floor(value))
        case "lt":
            return at_most(math.ceil(value) - 1)
    if value != int(value):
        return "FALSE"
    return f"{at_least(int(value))} AND {at_most(int(value))}"


def _field(
    name: str,
    label: Promise,
    kind: str,
    predicate: Predicate,
    seen: Seen,
    wakes: Wakes,
    *,
    nullable: bool,
) -> Field:
    return Field(
        f"orders.{name}",
        label,
        kind,
        DataCategory.PURCHASE_HISTORY,
        predicate,
        seen,
        windowed=True,
        nullable=nullable,
        details=ORDER_DETAILS,
        wakes=wakes,
        coming=COMING_ORDER,
    )


def _shown(aggregate: str) -> Seen:
    return lambda condition, binder: f"({_of_orders(aggregate)(condition, binder)})::text"


def register_fields() -> None:
    total, average = f"sum({ORDER_TOTAL})", f"avg({ORDER_TOTAL})"
    largest, first, last = f"max({ORDER_TOTAL})", "min(o.placed_at)", "max(o.placed_at)"
    for field in (
        _field(
            "count",
            _("number of orders"),
            "count",
            counted("count(*)"),
            _shown("count(*)"),
            dated.count_of(ORDERS),
            nullable=False,
        ),
        _field(
            "sum",
            _("sum of orders"),
            "money",
            counted(total),
            _shown(f"coalesce({total}, 0)"),
            dated.total_of(ORDERS),
            nullable=False,
        ),
        _field(
            "average",
            _("average order"),
            "money",
            _nullable(average),
            _shown(f"round({average}, 2)"),
            dated.total_of(ORDERS),
            nullable=True,
        ),
        _field(
            "largest",
            _("largest order"),
            "money",
            _nullable(largest),
            _shown(largest),
            dated.total_of(ORDERS),
            nullable=True,
        ),
        _field(
            "first",
            _("first order"),
            "datetime",
            _moment(first),
            _shown(first),
            dated.first_of(ORDERS),
            nullable=True,
        ),
        _field(
            "last",
            _("last order"),
            "datetime",
            _moment(last),
            _shown(last),
            dated.last_of(ORDERS),
            nullable=True,
        ),
        _field(
            "days_since",
            _("days since the last order"),
            "number",
            _days_since,
            _shown(last),
            dated.days_since_last_of(ORDERS),
            nullable=True,
        ),
    ):
        register(field)
