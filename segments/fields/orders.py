"""How often, how much and when a customer bought."""

import math
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from segments.fields.added_up import AVERAGE, COUNT, FIRST, LAST, SUM, Test, added_up
from segments.fields.facts import (
    COMING_ORDER,
    ORDER_DETAILS,
    ORDER_TOTAL,
    ORDERS,
    currency,
    orders,
)
from segments.rules import dated, expressions
from segments.rules.binding import Binder
from segments.rules.counting import Facts, asks_whether, counted, from_zero, looked_up, value
from segments.rules.fields import Field, Predicate, Seen, Wakes, register
from segments.rules.tree import Condition, Window


def _facts(condition: Condition, binder: Binder) -> Facts:
    return lambda alone: orders(condition, binder, alone=alone)


def _of(aggregate: str, test: Test) -> Predicate:
    """What is asked of an aggregate over a customer's orders: of all of them by what is kept, added
    up, else by the orders themselves.
    """

    def predicate(condition: Condition, binder: Binder) -> str:
        kept = None
        if not (binder.few or condition.where):
            if not condition.within:
                kept = added_up(aggregate, condition, binder, test, predicate)
            elif aggregate == COUNT and asks_whether(condition):
                kept = added_up(LAST, condition, binder, _any_in(condition.within), predicate)
        if kept is not None:
            return kept
        if aggregate == COUNT:
            return counted(condition, binder, _facts(condition, binder))
        found = value(
            condition,
            binder,
            aggregate,
            lambda alone: orders(condition, binder, alone=alone, any_currency=True),
            currency(condition, binder),
        )
        return test(found, condition, binder)

    return predicate


def _from_zero(number: str, condition: Condition, binder: Binder) -> str:
    return from_zero(condition, binder, number)


def _any_in(window: Window) -> Test:
    """Whether there is an order in the window, or none, by the last one."""

    def test(last: str, condition: Condition, binder: Binder) -> str:
        since = binder.ago(window.count, window.unit)
        found = expressions.sure(last, binder.not_before(last, since))
        return found if asks_whether(condition) == "any" else f"NOT {found}"

    return test


def _moment(moment: str, condition: Condition, binder: Binder) -> str:
    return expressions.moment(moment)(condition, binder)


def _days_since(last: str, condition: Condition, binder: Binder) -> str:
    """Whole days on the customer's calendar since the last order, as bounds of that moment."""
    if condition.cmp in {"empty", "not_empty"}:
        return expressions.moment(last)(condition, binder)
    if condition.cmp == "ne":
        return f"NOT {expressions.sure(last, _in_days(last, 'eq', condition.value, binder))}"
    return expressions.sure(last, _in_days(last, condition.cmp, condition.value, binder))


def _in_days(last: str, cmp: str, value: Any, binder: Binder) -> str:
    def at_least(days: int) -> str:
        return binder.before(last, binder.day_start(-(days - 1)))

    def at_most(days: int) -> str:
        return binder.not_before(last, binder.day_start(-days))

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
    return lambda condition, binder: f"({looked_up(aggregate, _facts(condition, binder))})::text"


def register_fields() -> None:
    largest = f"max({ORDER_TOTAL})"
    for field in (
        _field(
            "count",
            _("number of orders"),
            "count",
            _of(COUNT, _from_zero),
            _shown(COUNT),
            dated.count_of(ORDERS),
            nullable=False,
        ),
        _field(
            "sum",
            _("sum of orders"),
            "money",
            _of(SUM, _from_zero),
            _shown(f"coalesce({SUM}, 0)"),
            dated.total_of(ORDERS),
            nullable=False,
        ),
        _field(
            "average",
            _("average order"),
            "money",
            _of(AVERAGE, expressions.compared),
            _shown(f"round({AVERAGE}, 2)"),
            dated.total_of(ORDERS),
            nullable=True,
        ),
        _field(
            "largest",
            _("largest order"),
            "money",
            _of(largest, expressions.compared),
            _shown(largest),
            dated.total_of(ORDERS),
            nullable=True,
        ),
        _field(
            "first",
            _("first order"),
            "datetime",
            _of(FIRST, _moment),
            _shown(FIRST),
            dated.first_of(ORDERS),
            nullable=True,
        ),
        _field(
            "last",
            _("last order"),
            "datetime",
            _of(LAST, _moment),
            _shown(LAST),
            dated.last_of(ORDERS),
            nullable=True,
        ),
        _field(
            "days_since",
            _("days since the last order"),
            "number",
            _of(LAST, _days_since),
            _shown(LAST),
            dated.days_since_last_of(ORDERS),
            nullable=True,
        ),
    ):
        register(field)
