"""Reading the value of a comparison: what is accepted, and how anything else is refused.

Pure: knows neither fields nor SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.shared import money
from segments.errors import RuleError

MAX_LIST: Final = 200
MAX_NUMBER: Final = 10**15
UNITS: Final[dict[str, Promise]] = {
    "hour": _("hours"),
    "day": _("days"),
    "week": _("weeks"),
    "month": _("months"),
    "year": _("years"),
}
MAX_UNITS: Final = {"hour": 24 * 366, "day": 3660, "week": 520, "month": 120, "year": 30}
MOST_DAYS_AWAY: Final = 366

FARTHEST_KM: Final = 20_000  # half of the way around the earth

Reader = Callable[[Any, str], Any]


def text(value: Any, path: str) -> str:
    """A text of 1 to 200 characters that can be stored."""
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > 200
        or "\x00" in value
        or not value.isprintable()
    ):
        raise RuleError(path, _("Give a text of 1 to 200 characters."))
    return value.strip()


def text_or_boolean(value: Any, path: str) -> str | bool:
    return value if isinstance(value, bool) else text(value, path)


def texts(value: Any, path: str) -> list[str]:
    """A list of texts, none twice."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_LIST:
        raise RuleError(path, _("Give a list of 1 to %(n)s texts.") % {"n": MAX_LIST})
    return list(dict.fromkeys(text(item, f"{path}[{i}]") for i, item in enumerate(value)))


def number(value: Any, path: str) -> int | Decimal:
    """A whole or decimal number; JSON's numbers are read without rounding."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise RuleError(path, _("Give a number."))
    read = Decimal(str(value))
    if not read.is_finite() or abs(read) > MAX_NUMBER:
        raise RuleError(path, _("Give a number."))
    return value if isinstance(value, int) else read


def whole(value: Any, path: str) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_NUMBER:
        raise RuleError(path, _("Give a whole number."))
    return value


def _pair(read: Reader) -> Reader:
    def pair(value: Any, path: str) -> tuple[Any, Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise RuleError(path, _("Give two values, the smaller first."))
        low, high = read(value[0], f"{path}[0]"), read(value[1], f"{path}[1]")
        if low > high:
            raise RuleError(path, _("Give two values, the smaller first."))
        return low, high

    return pair


def boolean(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise RuleError(path, _("Give true or false."))
    return value


def day(value: Any, path: str) -> date:
    """A calendar day as YYYY-MM-DD."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass  # answered below, as for every other shape
    raise RuleError(path, _("Give a date such as 2026-03-17."))


def span(value: Any, path: str) -> tuple[int, str]:
    """`{"last": n, "unit": u}` as (n, u)."""
    return _span(value, path, "last")


def span_ahead(value: Any, path: str) -> tuple[int, str]:
    """`{"next": n, "unit": u}` as (n, u)."""
    return _span(value, path, "next")


def _span(value: Any, path: str, name: str) -> tuple[int, str]:
    if not isinstance(value, dict) or set(value) != {name, "unit"}:
        raise RuleError(
            path,
            _("Give a span such as %(example)s.") % {"example": f'{{"{name}": 90, "unit": "day"}}'},
        )
    unit = value["unit"]
    if not isinstance(unit, str) or unit not in UNITS:
        raise RuleError(f"{path}.unit", _("Use one of: %(units)s.") % {"units": ", ".join(UNITS)})
    count = whole(value[name], f"{path}.{name}")
    if not 1 <= count <= MAX_UNITS[unit]:
        raise RuleError(
            f"{path}.{name}", _("Give a number from 1 to %(most)s.") % {"most": MAX_UNITS[unit]}
        )
    return count, unit


def days_away(value: Any, path: str) -> tuple[int, int]:
    """Days from today as one number or as [from, to]; -3 is three days ago, 0 today."""
    first, last = _pair(whole)(value if isinstance(value, list) else [value, value], path)
    if not -MOST_DAYS_AWAY <= first <= last <= MOST_DAYS_AWAY or last - first > MOST_DAYS_AWAY:
        raise RuleError(
            path,
            _("Give days from today, from -%(most)s to %(most)s, as one number or as two.")
            % {"most": MOST_DAYS_AWAY},
        )
    return first, last


@dataclass(frozen=True, slots=True)
class Around:
    """So many kilometres around a point; latitude and longitude in degrees."""

    lat: int | Decimal
    lon: int | Decimal
    km: int | Decimal


def around(value: Any, path: str) -> Around:
    """`{"lat": 41.01, "lon": 28.98, "km": 10}`."""
    if not isinstance(value, dict) or set(value) != {"lat", "lon", "km"}:
        raise RuleError(
            path,
            _("Give a point and a distance such as %(example)s.")
            % {"example": '{"lat": 41.01, "lon": 28.98, "km": 10}'},
        )
    return Around(
        _bounded(value["lat"], f"{path}.lat", -90, 90),
        _bounded(value["lon"], f"{path}.lon", -180, 180),
        _bounded(value["km"], f"{path}.km", 0, FARTHEST_KM),
    )


def _bounded(value: Any, path: str, low: int, high: int) -> int | Decimal:
    read = number(value, path)
    if not low <= read <= high:
        raise RuleError(
            path, _("Give a number from %(low)s to %(high)s.") % {"low": low, "high": high}
        )
    return read


def nothing(value: Any, path: str) -> None:
    if value is not None:
        raise RuleError(path, _("This comparison takes no value."))


def currency(value: Any, path: str) -> str:
    """A currency of ISO 4217."""
    if not isinstance(value, str) or not money.is_currency(value):
        raise RuleError(path, _("Name the currency, such as EUR."))
    return value


number_pair: Final = _pair(number)
amount_pair: Final = _pair(whole)
day_pair: Final = _pair(day)
