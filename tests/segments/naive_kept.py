"""What a person kept of the orders, in plain Python."""

from datetime import datetime

from segments.rules.tree import Condition
from tests.segments import naive_values as values

KEPT = {"net", "cancelled", "returns", "returned", "last_return"}
CATEGORY_OF = {"22423": "Cakes", "85123A": "Hearts", "47566": "Bunting"}
BRAND_OF = {"22423": "Regency", "85123A": "Home", "47566": "Home"}
STANDING = {"PAID", "FULFILLED"}


def in_time(condition: Condition, moment: datetime, person: dict, at: datetime) -> bool:
    if moment > at:
        return False
    if condition.within is None:
        return True
    return values.is_within(moment, (condition.within.count, condition.within.unit), person, at)


def _currency(condition: Condition, fact: dict) -> bool:
    return not condition.currency or fact["currency"] == condition.currency


def is_product(one: Condition, sku: str) -> bool:
    match one.field:
        case "product":
            found = sku in one.value
        case "product.category":
            found = CATEGORY_OF[sku] in one.value
        case _:
            found = BRAND_OF[sku] in one.value
    return found == (one.cmp == "in")


def _narrowed(condition: Condition, fact: dict, reason: str) -> bool:
    of_lines = [one for one in condition.where if one.field.startswith("product")]
    for one in condition.where:
        if one.field.endswith("reason") and not values.text(one, fact[reason]):
            return False
        if one.field == "order.is_gift" and not values.boolean(one, fact["gift"]):
            return False
    skus = fact["products"]
    return not of_lines or any(all(is_product(one, sku) for one in of_lines) for sku in skus)


def answer(condition: Condition, name: str, person: dict, at: datetime) -> bool:
    if name == "cancelled":
        return values.number(condition, len(_cancelled(condition, person, at)))
    returns = [
        r
        for r in person["returns"]
        if in_time(condition, r["returned_at"], person, at)
        and _currency(condition, r)
        and _narrowed(condition, r, "reason")
    ]
    match name:
        case "net":
            return values.number(condition, _net(condition, returns, person, at))
        case "returns":
            return values.number(condition, len(returns))
        case "returned":
            return values.number(condition, sum(r["amount"] for r in returns))
    last = max((r["returned_at"] for r in returns), default=None)
    return values.moment(condition, last, person, at)


def _cancelled(condition: Condition, person: dict, at: datetime) -> list[dict]:
    return [
        o
        for o in person["orders"]
        if o["status"] == "CANCELED"
        and in_time(condition, o["placed_at"], person, at)
        and _narrowed(condition, o, "cancel_reason")
    ]


def _net(condition: Condition, returns: list[dict], person: dict, at: datetime) -> int:
    spent = sum(
        o["amount"]
        for o in person["orders"]
        if o["status"] in STANDING
        and in_time(condition, o["placed_at"], person, at)
        and _currency(condition, o)
    )
    # What came back of an order that does not stand was not spent either.
    back = sum(r["amount"] for r in returns if not r["of_cancelled"])
    return spent - back


def units(condition: Condition, person: dict, at: datetime) -> int:
    counted = 0
    for order in person["orders"]:
        if order["status"] not in STANDING:
            continue
        if not in_time(condition, order["placed_at"], person, at):
            continue
        for sku in order["products"]:
            held = (
                values.boolean(one, order["gift"])
                if one.field == "order.is_gift"
                else is_product(one, sku)
                for one in condition.where
            )
            counted += 6 if all(held) else 0  # each line has six
    return counted
