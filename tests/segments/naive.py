"""A rule evaluated customer by customer in plain Python, slow and obvious: SQL must agree with it.

Three values are True, False and None (not allowed to look).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from segments.rules.tree import Condition, Everyone, Node


def evaluate(node: Node, person: dict, at: datetime, gated: set[str] = frozenset()) -> bool | None:
    if isinstance(node, Everyone):
        return True
    if isinstance(node, Condition):
        if CATEGORY[node.field] in gated and CATEGORY[node.field] not in person["allows"]:
            return None
        return _condition(node, person, at)
    answers = [evaluate(rule, person, at, gated) for rule in node.rules]
    if node.op == "and":
        answer = False if False in answers else None if None in answers else True
    else:
        answer = True if True in answers else None if None in answers else False
    return answer if answer is None else answer != node.negated


CATEGORY = {
    "profile.country": "PROFILE",
    "profile.language": "PROFILE",
    "profile.signed_up": "PROFILE",
    "consent.email": "PROFILE",
    "orders.count": "PURCHASE_HISTORY",
    "orders.sum": "PURCHASE_HISTORY",
    "orders.last": "PURCHASE_HISTORY",
    "product.bought": "PURCHASE_HISTORY",
}


def _local_day(moment: datetime, person: dict) -> date:
    return moment.astimezone(ZoneInfo(person["zone"])).date()


def _is_within(moment: datetime, span: tuple[int, str], person: dict, at: datetime) -> bool:
    count, unit = span
    if moment > at:
        return False
    if unit == "hour":
        return moment >= at - timedelta(hours=count)
    first = _local_day(at, person) - relativedelta(**{f"{unit}s": count})
    return _local_day(moment, person) >= first


def _orders(condition: Condition, person: dict, at: datetime) -> list[dict]:
    found = [o for o in person["orders"] if o["status"] in {"PAID", "FULFILLED"}]
    found = [o for o in found if o["placed_at"] <= at]
    if condition.within:
        span = (condition.within.count, condition.within.unit)
        found = [o for o in found if _is_within(o["placed_at"], span, person, at)]
    if condition.currency:
        found = [o for o in found if o["currency"] == condition.currency]
    return found


def _condition(condition: Condition, person: dict, at: datetime) -> bool:
    match condition.field:
        case "profile.country" | "profile.language":
            return _choice(condition, person[condition.field.partition(".")[2]])
        case "profile.signed_up":
            return _moment(condition, person["signed_up_at"], person, at)
        case "consent.email":
            return person["email_allowed"] == condition.value
        case "orders.count":
            return _number(condition, len(_orders(condition, person, at)))
        case "orders.sum":
            return _number(condition, sum(o["amount"] for o in _orders(condition, person, at)))
        case "orders.last":
            placed = [o["placed_at"] for o in _orders(condition, person, at)]
            return _moment(condition, max(placed, default=None), person, at)
    bought = {sku for o in _orders(condition, person, at) for sku in o["products"]}
    return bool(bought & set(condition.value)) == (condition.cmp == "in")


def _choice(condition: Condition, value: str) -> bool:
    match condition.cmp:
        case "is":
            return value == condition.value
        case "is_not":
            return value != condition.value
        case "in":
            return value in condition.value
        case "not_in":
            return value not in condition.value
        case "empty":
            return value == ""
    return value != ""


def _number(condition: Condition, value: int) -> bool:
    wanted = condition.value
    match condition.cmp:
        case "eq":
            return value == wanted
        case "ne":
            return value != wanted
        case "lt":
            return value < wanted
        case "lte":
            return value <= wanted
        case "gt":
            return value > wanted
        case "gte":
            return value >= wanted
    return wanted[0] <= value <= wanted[1]


def _moment(condition: Condition, value: datetime | None, person: dict, at: datetime) -> bool:
    if condition.cmp in {"empty", "not_empty"}:
        return (value is None) == (condition.cmp == "empty")
    if value is None:
        return False
    match condition.cmp:
        case "in_last":
            return _is_within(value, condition.value, person, at)
        case "more_than_ago":
            return value <= at and not _is_within(value, condition.value, person, at)
        case "before":
            return _local_day(value, person) < condition.value
        case "after":
            return _local_day(value, person) > condition.value
    return _local_day(value, person) == condition.value
