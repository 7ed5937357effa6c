"""Comparisons: which there are, what value each takes, how another value is refused.

Pure: knows neither fields nor SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared import money
from segments.errors import RuleError

MAX_LIST = 200
MAX_NUMBER = 10**15
UNITS = {"hour": _("hours"), "day": _("days"), "week": _("weeks"), "month": _("months")}
MAX_UNITS = {"hour": 24 * 366, "day": 3660, "week": 520, "month": 120}

Reader = Callable[[Any, str], Any]


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        raise RuleError(path, _("Give a text of 1 to 200 characters."))
    return value.strip()


def _texts(value: Any, path: str) -> list[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_LIST:
        raise RuleError(path, _("Give a list of 1 to %(n)s texts.") % {"n": MAX_LIST})
    return [_text(item, f"{path}[{i}]") for i, item in enumerate(value)]


def _number(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_NUMBER:
        raise RuleError(path, _("Give a whole number."))
    return value


def _number_pair(value: Any, path: str) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise RuleError(path, _("Give two numbers, the smaller first."))
    low, high = _number(value[0], f"{path}[0]"), _number(value[1], f"{path}[1]")
    if low > high:
        raise RuleError(path, _("Give two numbers, the smaller first."))
    return low, high


def _boolean(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise RuleError(path, _("Give true or false."))
    return value


def _date(value: Any, path: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass  # answered below, as for every other shape
    raise RuleError(path, _("Give a date such as 2026-03-17."))


def read_span(value: Any, path: str) -> tuple[int, str]:
    """`{"last": n, "unit": u}` as (n, u)."""
    if not isinstance(value, dict) or set(value) != {"last", "unit"}:
        raise RuleError(path, _('Give a span such as {"last": 90, "unit": "day"}.'))
    unit = value["unit"]
    if not isinstance(unit, str) or unit not in UNITS:
        raise RuleError(f"{path}.unit", _("Use one of: %(units)s.") % {"units": ", ".join(UNITS)})
    count = _number(value["last"], f"{path}.last")
    if not 1 <= count <= MAX_UNITS[unit]:
        raise RuleError(
            f"{path}.last", _("Give a number from 1 to %(most)s.") % {"most": MAX_UNITS[unit]}
        )
    return count, unit


def _nothing(value: Any, path: str) -> None:
    if value is not None:
        raise RuleError(path, _("This comparison takes no value."))


@dataclass(frozen=True, slots=True)
class Operator:
    """`words` has %(field)s and %(value)s, and makes one readable clause."""

    label: Promise
    words: Promise
    read: Reader
    takes_value: bool = True


_IS = Operator(_("is"), _("%(field)s is %(value)s"), _text)
_IS_NOT = Operator(_("is not"), _("%(field)s is not %(value)s"), _text)
_IN = Operator(_("is one of"), _("%(field)s is one of %(value)s"), _texts)
_NOT_IN = Operator(_("is none of"), _("%(field)s is none of %(value)s"), _texts)
_EMPTY = Operator(_("is empty"), _("%(field)s is not known"), _nothing, takes_value=False)
_NOT_EMPTY = Operator(_("is not empty"), _("%(field)s is known"), _nothing, takes_value=False)
_NUMBERS = {
    "eq": Operator(_("is exactly"), _("%(field)s is exactly %(value)s"), _number),
    "ne": Operator(_("is not"), _("%(field)s is not %(value)s"), _number),
    "lt": Operator(_("is less than"), _("%(field)s is less than %(value)s"), _number),
    "lte": Operator(_("is at most"), _("%(field)s is at most %(value)s"), _number),
    "gt": Operator(_("is more than"), _("%(field)s is more than %(value)s"), _number),
    "gte": Operator(_("is at least"), _("%(field)s is at least %(value)s"), _number),
    "between": Operator(_("is between"), _("%(field)s is between %(value)s"), _number_pair),
}

BY_TYPE: dict[str, dict[str, Operator]] = {
    "choice": {
        "is": _IS,
        "is_not": _IS_NOT,
        "in": _IN,
        "not_in": _NOT_IN,
        "empty": _EMPTY,
        "not_empty": _NOT_EMPTY,
    },
    "number": _NUMBERS,
    "money": _NUMBERS,
    "date": {
        "before": Operator(_("is before"), _("%(field)s is before %(value)s"), _date),
        "after": Operator(_("is after"), _("%(field)s is after %(value)s"), _date),
        "on": Operator(_("is on"), _("%(field)s is on %(value)s"), _date),
        "in_last": Operator(
            _("is in the last"), _("%(field)s is in the last %(value)s"), read_span
        ),
        "more_than_ago": Operator(
            _("is longer ago than"), _("%(field)s is more than %(value)s ago"), read_span
        ),
        "empty": _EMPTY,
        "not_empty": _NOT_EMPTY,
    },
    "boolean": {"is": Operator(_("is"), _("%(field)s: %(value)s"), _boolean)},
    "product": {
        "in": Operator(_("is one of"), _("%(field)s one of %(value)s"), _texts),
        "not_in": Operator(_("is none of"), _("%(field)s none of %(value)s"), _texts),
    },
}


def read_currency(value: Any, path: str) -> str:
    if not isinstance(value, str) or not money.is_currency(value):
        raise RuleError(path, _("Name the currency, such as EUR."))
    return value
