"""Comparisons of one value in SQL, by type: what the fields of every app are made of.

Each takes an SQL expression and gives a predicate that is true or false, never NULL: a missing
value makes positive comparisons false, and `is_not`, `not_in`, `ne`, `empty` true.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from config.shared.text import fold
from segments.rules.binding import Binder, ahead
from segments.rules.fields import Predicate, Seen
from segments.rules.spelling import pattern
from segments.rules.tree import Condition

_COLUMN: Final = re.compile(r"\w+\.\w+")
_KNOWN: Final = {"empty": "IS NULL", "not_empty": "IS NOT NULL"}
_FILLED: Final = {"empty": "=", "not_empty": "<>"}
COMPARISON: Final = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def shown(expression: str) -> Seen:
    """The value itself, as text."""
    return lambda _condition, _binder: f"({expression})::text"


def sure(value: str, asked: str) -> str:
    """What is asked of a value that may be NULL, false where it is.

    A column stands bare in the comparison, so that its index and its statistics can be used.
    """
    if _COLUMN.fullmatch(value):
        return f"({value} IS NOT NULL AND {asked})"
    return f"(({asked}) IS TRUE)"


def choice(expression: str) -> Predicate:
    """A text of a fixed list; the empty text means: not known."""

    def predicate(condition: Condition, binder: Binder) -> str:
        if condition.cmp in _FILLED:
            return _filled(expression, condition.cmp)
        wanted = condition.value if isinstance(condition.value, list) else [condition.value]
        found = sure(expression, f"{expression} = ANY ({binder.value(wanted)}::text[])")
        return found if condition.cmp in {"is", "in"} else f"NOT {found}"

    return predicate


def text(expression: str, *, searched: str = "") -> Predicate:
    """A text that people wrote, compared as `fold` does: whatever the case and the accents.

    `searched` is a column that holds the folded text of this value among others: it has an index,
    and keeps most rows away from the pattern.
    """

    def one(wanted: str, binder: Binder, *, start: bool, end: bool) -> str:
        asked = binder.value(pattern(wanted, start=start, end=end))
        if not searched:
            return found(asked)
        # What is found by the index mostly fits. Two comparisons in a row would be taken for
        # independent, and thousands of customers for a handful.
        return (
            f"({searched} LIKE {binder.value(_containing(fold(wanted)))}"
            f" AND CASE WHEN {found(asked)} THEN TRUE ELSE FALSE END)"
        )

    def found(asked: str) -> str:
        if _COLUMN.fullmatch(expression):
            return f"({expression} IS NOT NULL AND {expression} ~ {asked})"
        # Nothing is known of how often a pattern fits what has no statistics. For an operator a
        # handful would be assumed, and every way to join many would be overlooked.
        return f"regexp_like(coalesce({expression}, ''), {asked})"

    def predicate(condition: Condition, binder: Binder) -> str:
        if condition.cmp in _FILLED:
            return _filled(expression, condition.cmp)
        wanted = condition.value if isinstance(condition.value, list) else [condition.value]
        whole = condition.cmp in {"is", "is_not", "in", "not_in"}
        start = whole or condition.cmp == "starts_with"
        end = whole or condition.cmp == "ends_with"
        any_of = " OR ".join(one(item, binder, start=start, end=end) for item in wanted)
        return f"NOT ({any_of})" if condition.cmp in {"is_not", "not_in"} else f"({any_of})"

    return predicate


def _filled(expression: str, cmp: str) -> str:
    """Whether a text is there; a column stands bare, as in `sure`."""
    if _COLUMN.fullmatch(expression):
        filled = f"({expression} IS NOT NULL AND {expression} <> '')"
        return filled if cmp == "not_empty" else f"NOT {filled}"
    return f"coalesce({expression}, '') {_FILLED[cmp]} ''"


def _containing(folded: str) -> str:
    for special in "\\%_":
        folded = folded.replace(special, f"\\{special}")
    return f"%{folded}%"


def compared(expression: str, condition: Condition, binder: Binder) -> str:
    """A number that may be NULL against the number or the two numbers of the condition."""
    if condition.cmp in _KNOWN:
        return f"({expression}) {_KNOWN[condition.cmp]}"
    match condition.cmp:
        case "ne":
            return f"({expression}) IS DISTINCT FROM {binder.value(condition.value)}"
        case "between":
            low, high = (binder.value(bound) for bound in condition.value)
            return f"(({expression}) BETWEEN {low} AND {high}) IS TRUE"
    wanted = binder.value(condition.value)
    return f"(({expression}) {COMPARISON[condition.cmp]} {wanted}) IS TRUE"


def number(expression: str) -> Predicate:
    """A number, or minor units of money."""
    return lambda condition, binder: compared(expression, condition, binder)


def boolean(expression: str) -> Predicate:
    """True, false, or NULL for not known."""

    def predicate(condition: Condition, _binder: Binder) -> str:
        if condition.cmp in _KNOWN:
            return f"({expression}) {_KNOWN[condition.cmp]}"
        return f"({expression}) IS {'TRUE' if condition.value else 'FALSE'}"

    return predicate


def json_set(expression: str) -> Predicate:
    """A JSON array of texts, or NULL; an empty one counts as not known."""

    def predicate(condition: Condition, binder: Binder) -> str:
        listed = f"coalesce({expression}, '[]')"
        if condition.cmp in _FILLED:
            return f"{listed} {_FILLED[condition.cmp]} '[]'"
        wanted = condition.value if isinstance(condition.value, list) else [condition.value]
        found = f"{listed} ?| {binder.value(wanted)}::text[]"
        return f"NOT ({found})" if condition.cmp == "not_in" else f"({found})"

    return predicate


_PERIODS: Final = {"today": "day", "this_week": "week", "this_month": "month"}


def moment(expression: str) -> Predicate:
    """A moment that may be NULL; days are days on the customer's own clock."""

    def predicate(condition: Condition, binder: Binder) -> str:
        if condition.cmp in _KNOWN:
            return f"({expression}) {_KNOWN[condition.cmp]}"
        return sure(expression, _inside(expression, condition, binder))

    return predicate


def _inside(x: str, condition: Condition, binder: Binder) -> str:
    match condition.cmp:
        case "in_last":
            return f"{binder.not_before(x, binder.ago(*condition.value))} AND {x} <= {binder.now()}"
        case "in_next":
            return f"{x} > {binder.now()} AND {binder.before(x, binder.until(*condition.value))}"
        case "more_than_ago":
            return binder.before(x, binder.ago(*condition.value))
        case "before":
            return binder.before(x, binder.start_of(condition.value))
        case "after":
            return binder.not_before(x, binder.start_of(condition.value, plus_days=1))
        case "anniversary":
            edges = binder.same_days_each_year(*condition.value)
            return f"width_bucket({x}, {edges}) %% 2 = 1"
    if condition.cmp in _PERIODS:
        period = _PERIODS[condition.cmp]
        start = binder.start_of_period(period)
        end = binder.start_of_period(period, following=True)
    else:
        first, last = condition.value if condition.cmp == "between" else [condition.value] * 2
        start, end = binder.start_of(first), binder.start_of(last, plus_days=1)
    return f"{binder.not_before(x, start)} AND {binder.before(x, end)}"


def calendar_day(expression: str) -> Predicate:
    """A day without a time, as text YYYY-MM-DD or NULL, against the customer's own today."""

    def predicate(condition: Condition, binder: Binder) -> str:
        if condition.cmp in _KNOWN:
            return f"({expression}) {_KNOWN[condition.cmp]}"
        return sure(expression, _on_days(f"({expression})", condition, binder))

    return predicate


def _on_days(x: str, condition: Condition, binder: Binder) -> str:
    today = binder.day_of_period("day")
    match condition.cmp:
        case "in_last":
            return f"{x} >= {binder.day_ago(*condition.value)} AND {x} <= {today}"
        case "in_next":
            return f"{x} >= {today} AND {x} <= {binder.day_until(*condition.value)}"
        case "more_than_ago":
            return f"{x} < {binder.day_ago(*condition.value)}"
        case "before":
            return f"{x} < {binder.value(condition.value.isoformat())}"
        case "after":
            return f"{x} > {binder.value(condition.value.isoformat())}"
        case "anniversary":
            month_day = f"(substr({x}, 6, 2) || substr({x}, 9, 2))::smallint"
            return _anniversary(month_day, condition, binder)
    if condition.cmp in _PERIODS:
        period = _PERIODS[condition.cmp]
        start = binder.day_of_period(period)
        return f"{x} >= {start} AND {x} < {binder.day_of_period(period, following=True)}"
    first, last = condition.value if condition.cmp == "between" else [condition.value] * 2
    return f"{x} BETWEEN {binder.value(first.isoformat())} AND {binder.value(last.isoformat())}"


def recurring(month_day: str) -> Predicate:
    """A day of the year (month * 100 + day, or NULL) against the customer's own calendar."""

    def predicate(condition: Condition, binder: Binder) -> str:
        if condition.cmp in _KNOWN:
            return f"({month_day}) {_KNOWN[condition.cmp]}"
        return sure(month_day, _on_days_meant(month_day, condition, binder))

    return predicate


def _on_days_meant(month_day: str, condition: Condition, binder: Binder) -> str:
    match condition.cmp:
        case "anniversary":
            return _anniversary(month_day, condition, binder)
        case "in_next":
            last = ahead(*condition.value)
            return binder.is_month_day(
                month_day,
                ("next", *condition.value),
                lambda today: _days(today, 0, min((last(today) - today).days, 366)),
            )
    period = _PERIODS[condition.cmp]

    def of_period(today: date) -> Iterator[date]:
        match period:
            case "day":
                return _days(today, 0, 0)
            case "week":
                return _days(today, -today.weekday(), 6 - today.weekday())
        first = today.replace(day=1)
        return (one for one in _days(first, 0, 30) if one.month == today.month)

    return binder.is_month_day(month_day, (period,), of_period)


def _anniversary(month_day: str, condition: Condition, binder: Binder) -> str:
    first, last = condition.value
    return binder.is_month_day(
        month_day, ("away", first, last), lambda today: _days(today, first, last)
    )


def _days(start: date, first: int, last: int) -> Iterator[date]:
    return (start + timedelta(days=offset) for offset in range(first, last + 1))
