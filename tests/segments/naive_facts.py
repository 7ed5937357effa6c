"""Orders and events of a person, narrowed in plain Python."""

from datetime import datetime
from decimal import Decimal

from segments.rules.tree import Condition
from tests.segments import naive_kept as kept
from tests.segments import naive_values as values
from tests.segments.naive_kept import BRAND_OF, CATEGORY_OF


def _windowed(condition: Condition, moment: datetime, person: dict, at: datetime) -> bool:
    if moment > at:
        return False
    if condition.within is None:
        return True
    return values.is_within(moment, (condition.within.count, condition.within.unit), person, at)


def _is_product(one: Condition, sku: str | None) -> bool:
    match one.field:
        case "product":
            found = sku in one.value
        case "product.category":
            found = CATEGORY_OF.get(sku) in one.value
        case _:
            found = BRAND_OF.get(sku) in one.value
    return found == (one.cmp == "in")


def _orders(condition: Condition, person: dict, at: datetime) -> list[dict]:
    found = [o for o in person["orders"] if o["status"] in {"PAID", "FULFILLED"}]
    found = [o for o in found if _windowed(condition, o["placed_at"], person, at)]
    if condition.currency:
        found = [o for o in found if o["currency"] == condition.currency]
    return [o for o in found if _narrowed(condition, o)]


def _narrowed(condition: Condition, order: dict) -> bool:
    of_lines = [one for one in condition.where if one.field.startswith("product")]
    for one in condition.where:
        if one.field == "order.amount" and not (
            order["currency"] == one.currency and values.number(one, order["amount"])
        ):
            return False
        if one.field == "order.is_gift" and not values.boolean(one, order.get("gift", False)):
            return False
    if not of_lines:
        return True
    return any(all(_is_product(one, sku) for one in of_lines) for sku in order["products"])


def orders_answer(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    if name in kept.KEPT:
        return kept.answer(condition, name, person, at)
    found = _orders(condition, person, at)
    amounts = [o["amount"] for o in found]
    placed = [o["placed_at"] for o in found]
    match name:
        case "count":
            return values.number(condition, len(found))
        case "sum":
            return values.number(condition, sum(amounts))
        case "average":
            average = Decimal(sum(amounts)) / len(amounts) if amounts else None
            return values.number(condition, average)
        case "largest":
            return values.number(condition, max(amounts, default=None))
        case "first":
            return values.moment(condition, min(placed, default=None), person, at)
        case "last":
            return values.moment(condition, max(placed, default=None), person, at)
    days = None
    if placed:
        days = (values.today(person, at) - values.local_day(max(placed), person)).days
    return values.number(condition, days)


def was_bought(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    of = {"bought": lambda s: s, "category_bought": CATEGORY_OF.get, "brand_bought": BRAND_OF.get}
    bought = {of[name](sku) for o in _orders(condition, person, at) for sku in o["products"]}
    return bool(bought & set(condition.value))


def events(condition: Condition, name: str, person: dict, at: datetime) -> list[dict]:
    found = [e for e in person["events"] if e["name"] == name]
    found = [e for e in found if _windowed(condition, e["occurred_at"], person, at)]
    return [e for e in found if all(_holds(one, e) for one in condition.where)]


def _holds(one: Condition, event: dict) -> bool:
    if not one.field.startswith("property."):
        if event["product"] is None:
            return one.cmp == "not_in"
        return _is_product(one, event["product"])
    value = event["properties"].get(one.field.partition(".")[2])
    if isinstance(one.value, bool):
        return value is one.value
    if one.cmp in {"eq", "ne", "lt", "lte", "gt", "gte", "between"}:
        counted = isinstance(value, int | float) and not isinstance(value, bool)
        return values.number(one, value if counted else None)
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return values.text(one, "" if value is None else written)
