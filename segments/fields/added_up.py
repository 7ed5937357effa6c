"""What is kept of a customer's orders, added up with every write, instead of all orders anew."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import connection

from customers.models import PurchaseProfile
from segments.fields.facts import ORDER_TOTAL
from segments.rules.binding import Binder
from segments.rules.fields import Predicate
from segments.rules.tree import Condition

COUNT: Final = "count(*)"
SUM: Final = f"sum({ORDER_TOTAL})"
AVERAGE: Final = f"avg({ORDER_TOTAL})"
FIRST: Final = "min(o.placed_at)"
LAST: Final = "max(o.placed_at)"

_MOST: Final = 1_000

Test = Callable[[str, Condition, Binder], str]
"""SQL for what a condition asks of a value."""


def habits(binder: Binder) -> str:
    """The alias of what is kept of all orders, in whatever currency."""
    return binder.join("habit", lambda: "customers_purchaseprofile")


def added_up(
    aggregate: str, condition: Condition, binder: Binder, test: Test, by_orders: Predicate
) -> str | None:
    """SQL for what `test` asks of an aggregate over all orders up to the moment asked about, as far
    as it is kept; None where it is not.

    What is kept knows no moment. Whoever ordered after the one asked about is asked beforehand
    (`by_orders`); None where those are many, as for a moment long past.
    """
    later = binder.known("ordered later", lambda: _ordered_after(binder.at))
    kept = None if later is None else _kept(aggregate, condition, binder)
    if kept is None:
        return None
    asked = test(kept, condition, binder)
    if not later:
        return asked
    found = binder.known(
        ("ordered later", condition.path, condition.field),
        lambda: _among(later, binder, condition, by_orders),
    )
    others = f"c.id <> ALL ({binder.value(later)}::bigint[]) AND {asked}"
    if not found:
        return f"({others})"
    among = f"{habits(binder)}.customer_id = ANY ({binder.value(found)}::bigint[])"
    return f"({others} OR ({among}) IS TRUE)"


def _among(
    customers: list[int], asking: Binder, condition: Condition, by_orders: Predicate
) -> list[int]:
    """Those of the customers for whom the condition holds."""
    binder = Binder(asking.at, few=True, often=asking.often, shared=asking.shared)
    where = by_orders(condition, binder)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM customers_customer c {binder.joins()}"
            f" WHERE c.id = ANY ({binder.value(customers)}) AND {where}",
            binder.params,
        )
        return [pk for (pk,) in cursor.fetchall()]


def _kept(aggregate: str, condition: Condition, binder: Binder) -> str | None:
    match aggregate:
        case "count(*)":
            return f"{habits(binder)}.orders_count"
        case "min(o.placed_at)":
            return f"{habits(binder)}.first_order_at"
        case "max(o.placed_at)":
            return f"{habits(binder)}.last_order_at"
    if not condition.currency:  # whether there is any order at all
        return f"{habits(binder)}.orders_count"
    if aggregate == SUM:
        return f"{_totals(condition.currency, binder)}.amount"
    if aggregate == AVERAGE:
        total = _totals(condition.currency, binder)
        return f"({total}.amount::numeric / nullif({total}.orders_count, 0))"
    return None


def _totals(currency: str, binder: Binder) -> str:
    return binder.join(
        f"total_{currency.lower()}",
        lambda: (
            "(SELECT customer_id, orders_count, amount FROM customers_purchasetotal"
            f" WHERE currency = {binder.value(currency)})"
        ),
    )


def _ordered_after(at: datetime) -> list[int] | None:
    """The customers with an order placed later, or None where they are more than a few."""
    found = list(
        PurchaseProfile.objects.filter(last_order_at__gt=at)
        .order_by("last_order_at")
        .values_list("pk", flat=True)[: _MOST + 1]
    )
    return found if len(found) <= _MOST else None
