"""When the mere passing of time may next change an answer, by type of value.

The counterpart of `expressions`: what that compares, this watches. Each function gives SQL for the
earliest instant after the moment asked about, NULL for a customer for whom there is none. Up to
there nothing changes. Days are days on the customer's own clock, so what is counted in days changes
where one of them begins.
"""

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from segments.rules.binding import Binder, DayOf, ahead, beginning_of
from segments.rules.clocks import Clock
from segments.rules.fields import Wakes
from segments.rules.tree import Condition
from segments.rules.zone_days import FIRST_YEAR

_PER_YEAR: Final = {"day": 365, "week": 52, "month": 12, "year": 1}
_FARTHEST: Final = 36_500  # days; a hundred years are as good as for ever
PERIODS: Final = {"today": "day", "this_week": "week", "this_month": "month"}
_SPANS: Final = frozenset({"in_last", "in_next", "more_than_ago"})
_MARCH: Final = date(2001, 3, 1)
_A_YEAR: Final = timedelta(days=365)
_TICK: Final = "interval '1 microsecond'"

Day = Callable[[str], str]
"""From SQL for a date to SQL for the today on which something becomes true, or false, of it."""


def never(_condition: Condition, _binder: Binder) -> None:
    """Passing time alone changes nothing."""


def soonest(*instants: str | None) -> str | None:
    """SQL for the earliest of those that come at all."""
    known = [instant for instant in instants if instant is not None]
    return f"LEAST({', '.join(known)})" if known else None


def steps(condition: Condition) -> list[int]:
    """The whole numbers n of which n - 1 is answered otherwise than n."""
    match condition.cmp:
        case "eq" | "ne":
            whole = int(condition.value)
            return [whole, whole + 1] if condition.value == whole else []
        case "gte" | "lt":
            return [math.ceil(condition.value)]
        case "gt" | "lte":
            return [math.floor(condition.value) + 1]
        case "between":
            low, high = condition.value
            return [math.ceil(low), math.floor(high) + 1]
    return []


def moment(expression: str) -> Wakes:
    """A moment that may be NULL; see `expressions.moment`."""
    return lambda condition, binder: of_moment(expression, condition, binder)


def of_moment(expression: str, condition: Condition, binder: Binder) -> str | None:
    """As `moment`, of one condition."""
    if condition.cmp == "anniversary":
        clock = Clock(binder, back=max(binder.at.year - FIRST_YEAR, 1), ahead=2)
        month_day = f"(SELECT {_month_day('v.d')} FROM {_with_day(expression, clock)} v)"
        return _each_year(month_day, condition, binder)
    if condition.cmp in _SPANS and condition.value[1] == "hour":
        changes = _by_the_hour(condition, binder)
        return f"(SELECT {changes} FROM (SELECT {expression} AS x OFFSET 0) v)"
    turns = _turns(condition, binder)
    if not turns:
        return None
    clock = Clock(binder, back=_years(condition), ahead=_years(condition))
    # What counts from its very moment, or up to it, does not wait for the day to end.
    itself = _if_later("v.x", binder.now()) if condition.cmp in {"in_last", "in_next"} else None
    instants = soonest(itself, clock.start_of(_next_day("v.d", turns, binder)))
    return f"(SELECT {instants} FROM {_with_day(expression, clock)} v)"


def calendar_day(expression: str) -> Wakes:
    """A day without a time, as text YYYY-MM-DD or NULL; see `expressions.calendar_day`."""

    def wakes(condition: Condition, binder: Binder) -> str | None:
        if condition.cmp == "anniversary":
            day = f"(SELECT ({expression})::date AS d OFFSET 0) v"
            return _each_year(f"(SELECT {_month_day('v.d')} FROM {day})", condition, binder)
        turns = _turns(condition, binder)
        if not turns:
            return None
        changes = Clock(binder).start_of(_next_day("v.d", turns, binder))
        return f"(SELECT {changes} FROM (SELECT ({expression})::date AS d OFFSET 0) v)"

    return wakes


def recurring(month_day: str) -> Wakes:
    """A day of the year (month * 100 + day, or NULL); see `expressions.recurring`."""
    return lambda condition, binder: _each_year(month_day, condition, binder)


def reached(day: str, binder: Binder) -> str:
    """When the customer's today becomes this date, if that is still to come."""
    changes = Clock(binder).start_of(_if_later("v.d", today(binder)))
    return f"(SELECT {changes} FROM (SELECT {day} AS d OFFSET 0) v)"


def days_after(expression: str, days: list[int], binder: Binder) -> str | None:
    """When the next of so many midnights of the customer's has passed since a moment that may be
    NULL and is not to come.
    """
    later = [more for more in days if 0 < more < _FARTHEST]
    if not later:
        return None
    clock = Clock(binder, back=max(later) // 365 + 2)
    turns = [_plus(more, binder) for more in later]
    changes = clock.start_of(_next_day("v.d", turns, binder))
    return f"(SELECT {changes} FROM {_with_day(expression, clock)} v)"


def leaving(expression: str, condition: Condition, binder: Binder) -> str | None:
    """When a fact of that moment, which is within the window now, is no longer in it."""
    if condition.within is None:
        return None
    within = Condition("", "", "more_than_ago", (condition.within.count, condition.within.unit))
    return of_moment(expression, within, binder)


def today(binder: Binder) -> str:
    """SQL for the customer's date at the moment asked about."""
    return binder.by_zone(("today",), "date", binder.today)


def _with_day(expression: str, clock: Clock) -> str:
    """One row with a moment `x` and its day `d`; OFFSET keeps both from being made repeatedly."""
    made = f"SELECT {expression} AS x OFFSET 0"
    return f"(SELECT u.x, {clock.day_of('u.x')} AS d FROM ({made}) u OFFSET 0)"


def _years(condition: Condition) -> int:
    """Years that hold the span of a condition with room to spare."""
    if condition.cmp not in _SPANS:
        return 1
    count, unit = condition.value
    return int(count) // _PER_YEAR[unit] + 2


def _if_later(value: str, than: str) -> str:
    return f"CASE WHEN {value} > {than} THEN {value} END"


def _next_day(day: str, turns: list[Day], binder: Binder) -> str:
    now = today(binder)
    return f"LEAST({', '.join(_if_later(turn(day), now) for turn in turns)})"


def _by_the_hour(condition: Condition, binder: Binder) -> str:
    span = f"make_interval(hours => {binder.value(condition.value[0])}::int)"
    match condition.cmp:
        case "in_last":
            changes = ["v.x", f"v.x + {span} + {_TICK}"]
        case "in_next":
            changes = [f"v.x - {span}", "v.x"]
        case _:
            changes = [f"v.x + {span} + {_TICK}"]
    return f"LEAST({', '.join(_if_later(change, binder.now()) for change in changes)})"


def _turns(condition: Condition, binder: Binder) -> list[Day]:
    """The todays on which a comparison begins and ceases to be true of a day; none for never."""
    match condition.cmp:
        case "in_last":
            return [_plus(0, binder), _out_of(condition, binder)]
        case "in_next":
            return [_into(condition, binder), _plus(1, binder)]
        case "more_than_ago":
            return [_out_of(condition, binder)]
        case "anniversary":
            first, last = condition.value
            return [_plus(-last, binder), _plus(1 - first, binder)]
        case "today":
            return [_plus(0, binder), _plus(1, binder)]
        case "this_week":
            return [_monday, lambda day: f"({_monday(day)} + 7)"]
        case "this_month":
            return [_first, lambda day: f"({_first(day)} + interval '1 month')::date"]
    return []


def _plus(days: int, binder: Binder) -> Day:
    return lambda day: f"({day} + {binder.value(days)}::int)" if days else day


def _out_of(condition: Condition, binder: Binder) -> Day:
    return lambda day: _moved(f"({day} + 1)", condition.value, "+", binder)


def _into(condition: Condition, binder: Binder) -> Day:
    return lambda day: _moved(day, condition.value, "-", binder)


def _moved(day: str, span: tuple[int, str], sign: str, binder: Binder) -> str:
    """The first date from which a calendar span reaches as far as `day`.

    Where the month is too short for the day, its last day does not reach and the next one does.
    """
    count, unit = span
    match unit:
        case "hour":
            return day
        case "day" | "week":
            return f"({day} {sign} {binder.value(count * (7 if unit == 'week' else 1))}::int)"
    months = binder.value(count * (12 if unit == "year" else 1))
    moved = f"({day} {sign} make_interval(months => {months}::int))::date"
    return f"({moved} + (extract(day FROM {moved}) <> extract(day FROM {day}))::int)"


def _monday(day: str) -> str:
    return f"date_trunc('week', {day}::timestamp)::date"


def _first(day: str) -> str:
    return f"date_trunc('month', {day}::timestamp)::date"


# --- every year ----------------------------------------------------------------------------------
def _month_day(day: str) -> str:
    return f"(extract(month FROM {day}) * 100 + extract(day FROM {day}))::int"


def _each_year(month_day: str, condition: Condition, binder: Binder) -> str | None:
    """When a day of the year next comes within the days meant, or is no more among them.

    It comes in with its first occurrence behind those days, and goes out with its first occurrence
    from their beginning on.
    """
    meant = _days_meant(condition)
    if meant is None:
        return None
    first, last = meant
    key = (condition.cmp, condition.value)
    behind = binder.by_zone(
        ("behind", *key), "date", lambda zone: last(binder.today(zone)) + timedelta(days=1)
    )
    begin = binder.by_zone(("begin", *key), "date", lambda zone: first(binder.today(zone)))
    turns = _turns(condition, binder)
    days = [
        turn(_occurrence("v.month_day", base))
        for turn, base in zip(turns, (behind, begin), strict=True)
    ]
    changes = Clock(binder, ahead=2).start_of(f"LEAST({', '.join(days)})")
    return f"(SELECT {changes} FROM (SELECT {month_day} AS month_day OFFSET 0) v)"


def _days_meant(condition: Condition) -> tuple[DayOf, DayOf] | None:
    """From today to the first and last of the days in which a day of the year is looked for; None
    for none, or where they hold a whole year and so every day of it.
    """
    match condition.cmp:
        case "anniversary":
            first, last = (ahead(count, "day") for count in condition.value)
        case "in_next":
            first, last = beginning_of("day", False), ahead(*condition.value)
        case "today" | "this_week" | "this_month":
            name = PERIODS[condition.cmp]
            first, last = beginning_of(name, False), _last_of(name)
        case _:
            return None
    return None if last(_MARCH) - first(_MARCH) >= _A_YEAR else (first, last)


def _last_of(name: str) -> DayOf:
    following = beginning_of(name, True)
    return lambda day: following(day) - timedelta(days=1)


def _occurrence(month_day: str, since: str) -> str:
    """The first date from `since` on that has this month and day; 29 February falls on the 28th in
    years that lack it.
    """
    year = f"extract(year FROM {since})::int + ({month_day} < {_month_day(since)})::int"
    lacking = "(extract(day FROM make_date(y.year, 3, 1) - 1) = 28)"
    return (
        f"(SELECT make_date(y.year, {month_day} / 100, 1) + mod({month_day}, 100) - 1"
        f" - ({month_day} = 229 AND {lacking})::int FROM (SELECT {year} AS year) y)"
    )
