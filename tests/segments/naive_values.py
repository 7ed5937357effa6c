"""Comparisons of one value in plain Python."""

import calendar
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from config.shared.text import fold
from segments.rules.tree import Condition


def today(person: dict, at: datetime) -> date:
    return local_day(at, person)


def local_day(moment: datetime, person: dict) -> date:
    return moment.astimezone(ZoneInfo(person["zone"])).date()


def is_within(moment: datetime, span: tuple[int, str], person: dict, at: datetime) -> bool:
    count, unit = span
    if moment > at:
        return False
    if unit == "hour":
        return moment >= at - timedelta(hours=count)
    return local_day(moment, person) >= today(person, at) - relativedelta(**{f"{unit}s": count})


def choice(condition: Condition, value: str) -> bool:
    wanted = condition.value if isinstance(condition.value, list) else [condition.value]
    match condition.cmp:
        case "is" | "in":
            return value in wanted
        case "is_not" | "not_in":
            return value not in wanted
        case "empty":
            return value == ""
    return value != ""


def text(condition: Condition, value: str) -> bool:
    found = fold(value)
    wanted = condition.value if isinstance(condition.value, list) else [condition.value]
    folded = [fold(one) for one in wanted if one]
    match condition.cmp:
        case "is" | "in":
            return found in folded
        case "is_not" | "not_in":
            return found not in folded
        case "contains":
            return folded[0] in found
        case "starts_with":
            return found.startswith(folded[0])
        case "ends_with":
            return found.endswith(folded[0])
        case "empty":
            return value == ""
    return value != ""


def number(condition: Condition, value: int | float | Decimal | None) -> bool:
    wanted = condition.value
    if condition.cmp in {"empty", "not_empty"}:
        return (value is None) == (condition.cmp == "empty")
    if value is None:
        return condition.cmp == "ne"
    if condition.cmp == "between":
        return wanted[0] <= value <= wanted[1]
    return {
        "eq": value == wanted,
        "ne": value != wanted,
        "lt": value < wanted,
        "lte": value <= wanted,
        "gt": value > wanted,
        "gte": value >= wanted,
    }[condition.cmp]


def boolean(condition: Condition, value: bool | None) -> bool:
    match condition.cmp:
        case "empty":
            return value is None
        case "not_empty":
            return value is not None
    return value is condition.value


def some(condition: Condition, value: list[str]) -> bool:
    wanted = condition.value if isinstance(condition.value, list) else [condition.value]
    match condition.cmp:
        case "empty":
            return not value
        case "not_empty":
            return bool(value)
        case "not_in":
            return not set(wanted) & set(value)
    return bool(set(wanted) & set(value))


def moment(condition: Condition, value: datetime | None, person: dict, at: datetime) -> bool:
    if condition.cmp in {"empty", "not_empty"}:
        return (value is None) == (condition.cmp == "empty")
    if value is None:
        return False
    day, now = local_day(value, person), today(person, at)
    match condition.cmp:
        case "in_last":
            return is_within(value, condition.value, person, at)
        case "in_next":
            return value > at and (
                value <= at + timedelta(hours=condition.value[0])
                if condition.value[1] == "hour"
                else day <= _later(now, condition.value)
            )
        case "more_than_ago":
            return value <= at and not is_within(value, condition.value, person, at)
    return _on_day(condition, day, now)


def calendar_day(condition: Condition, value: str | None, person: dict, at: datetime) -> bool:
    if condition.cmp in {"empty", "not_empty"}:
        return (value is None) == (condition.cmp == "empty")
    if value is None:
        return False
    day, now = date.fromisoformat(value), today(person, at)
    match condition.cmp:
        case "in_last":
            return _earlier(now, condition.value) <= day <= now
        case "in_next":
            return now <= day <= _later(now, condition.value)
        case "more_than_ago":
            return day < _earlier(now, condition.value)
    return _on_day(condition, day, now)


def _on_day(condition: Condition, day: date, now: date) -> bool:
    match condition.cmp:
        case "before":
            return day < condition.value
        case "after":
            return day > condition.value
        case "between":
            return condition.value[0] <= day <= condition.value[1]
        case "today":
            return day == now
        case "this_week":
            return day.isocalendar()[:2] == now.isocalendar()[:2]
        case "this_month":
            return (day.year, day.month) == (now.year, now.month)
        case "anniversary":
            first, last = condition.value
            return any(_celebrates(day.month, day.day, now, n) for n in range(first, last + 1))
    return day == condition.value


def recurring(
    condition: Condition, birth: tuple[int, int] | None, person: dict, at: datetime
) -> bool:
    if condition.cmp in {"empty", "not_empty"}:
        return (birth is None) == (condition.cmp == "empty")
    if birth is None:
        return False
    now = today(person, at)
    match condition.cmp:
        case "in_next":
            days = range((_later(now, condition.value) - now).days + 1)
        case "anniversary":
            days = range(condition.value[0], condition.value[1] + 1)
        case "today":
            days = range(1)
        case "this_week":
            days = range(-now.weekday(), 7 - now.weekday())
        case _:
            last = calendar.monthrange(now.year, now.month)[1]
            days = range(1 - now.day, last - now.day + 1)
    return any(_celebrates(*birth, now, n) for n in days)


def _celebrates(month: int, day: int, now: date, away: int) -> bool:
    """Whether a day of the year falls on so many days from now; 29 February also on the 28th."""
    asked = now + timedelta(days=away)
    if (month, day) == (2, 29) and not calendar.isleap(asked.year):
        return (asked.month, asked.day) == (2, 28)
    return (asked.month, asked.day) == (month, day)


def age(person: dict, at: datetime) -> int | None:
    if not person.get("birth") or not person.get("birth_year"):
        return None
    now, (month, day) = today(person, at), person["birth"]
    return now.year - person["birth_year"] - ((now.month, now.day) < (month, day))


def is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _earlier(now: date, span: tuple[int, str]) -> date:
    return now if span[1] == "hour" else now - relativedelta(**{f"{span[1]}s": span[0]})


def _later(now: date, span: tuple[int, str]) -> date:
    return now if span[1] == "hour" else now + relativedelta(**{f"{span[1]}s": span[0]})
