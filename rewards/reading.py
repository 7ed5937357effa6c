"""Reading stored or sent JSON strictly: what is unknown, missing or of another type is refused.

Every refusal names the place, for instance `rules[1].value`, so that a form can show it there.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, TypeVar

from config.shared import money
from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _
from config.shared.localtime import is_zone

MOST_ITEMS: Final = 200
LONGEST_TEXT: Final = 200
_YEARS: Final = range(1970, 2200)

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Reader = Callable[[Any, str], T]


class ReadingError(InvalidValueError):
    """Something in a JSON value that cannot be used; `path` names the place."""

    def __init__(self, path: str, message: str, **params: object) -> None:
        super().__init__(message, **params)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: {super().__str__()}"


class Given:
    """A JSON object from which known fields are taken; `finish` refuses whatever is left."""

    def __init__(self, raw: Any, path: str) -> None:
        if not isinstance(raw, dict):
            raise ReadingError(path, _("Write a JSON object."))
        self.path = path
        self._left = dict(raw)

    def need(self, name: str, read: Reader[T]) -> T:
        """Return a field that must be there."""
        if name not in self._left:
            raise ReadingError(self.at(name), _("This is missing."))
        return read(self._left.pop(name), self.at(name))

    def take(self, name: str, read: Reader[T], default: T) -> T:
        """Return a field that may be absent (null counts as absent)."""
        if self._left.get(name) is None:
            self._left.pop(name, None)
            return default
        return self.need(name, read)

    def has(self, name: str) -> bool:
        """Say whether a field is there and was not taken yet."""
        return self._left.get(name) is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that nobody took yet."""
        return tuple(self._left)

    def at(self, name: str) -> str:
        """Return the path of a field."""
        return f"{self.path}.{name}"

    def finish(self) -> None:
        """Refuse fields that nobody took."""
        for name in self._left:
            raise ReadingError(self.at(name), _("This is not known here; remove it."))


def text(raw: Any, path: str) -> str:
    """A text of 1 to LONGEST_TEXT visible characters, without blanks at its ends."""
    if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST_TEXT:
        raise ReadingError(path, _("Give a text of 1 to %(n)d characters."), n=LONGEST_TEXT)
    if not raw.isprintable():
        raise ReadingError(path, _("A text cannot contain invisible characters."))
    return raw.strip()


def texts(raw: Any, path: str) -> frozenset[str]:
    """A set of texts, written as a list."""
    return frozenset(listed(text)(raw, path))


def listed(read: Reader[T], *, most: int = MOST_ITEMS) -> Reader[tuple[T, ...]]:
    """A list of 1 to `most` values."""

    def read_list(raw: Any, path: str) -> tuple[T, ...]:
        if not isinstance(raw, list) or not 1 <= len(raw) <= most:
            raise ReadingError(path, _("Give a list of 1 to %(n)d values."), n=most)
        return tuple(read(item, f"{path}[{index}]") for index, item in enumerate(raw))

    return read_list


def boolean(raw: Any, path: str) -> bool:
    if not isinstance(raw, bool):
        raise ReadingError(path, _("Give true or false."))
    return raw


def whole(raw: Any, path: str) -> int:
    """A whole number from 0 to the largest amount."""
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ReadingError(path, _("Give a whole number."))
    if not 0 <= raw <= money.LARGEST_AMOUNT:
        raise ReadingError(
            path, _("Give a number from 0 to %(largest)d."), largest=money.LARGEST_AMOUNT
        )
    return raw


def positive(raw: Any, path: str) -> int:
    """A whole number from 1 on."""
    number = whole(raw, path)
    if number < 1:
        raise ReadingError(path, _("Give a number from 1 on."))
    return number


def decimal(raw: Any, path: str) -> Decimal:
    """A number, written as a JSON number or as text; exact."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise ReadingError(path, _("Give a number."))
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        raise ReadingError(path, _("Give a number.")) from None
    if not number.is_finite() or abs(number) > money.LARGEST_AMOUNT or len(str(number)) > 40:
        raise ReadingError(path, _("Give a number."))
    return number


def currency(raw: Any, path: str) -> str:
    if not isinstance(raw, str) or not money.is_currency(raw):
        raise ReadingError(path, _("Name the currency, such as EUR."))
    return raw


def zone(raw: Any, path: str) -> str:
    if not isinstance(raw, str) or not is_zone(raw):
        raise ReadingError(path, _("Name a time zone, such as Europe/Istanbul."))
    return raw


def day(raw: Any, path: str) -> date:
    """A calendar day as YYYY-MM-DD."""
    try:
        if isinstance(raw, str) and len(raw) == len("2026-03-17"):
            read = date.fromisoformat(raw)
            if read.year in _YEARS:
                return read
    except ValueError:
        pass  # answered below, as for every other shape
    raise ReadingError(path, _("Give a date such as 2026-03-17."))


def clock_time(raw: Any, path: str) -> time:
    """A time of the clock as HH:MM; 24:00 is the midnight at the end of a day."""
    if raw == "24:00":
        return time()
    try:
        if isinstance(raw, str) and len(raw) == len("09:30"):
            return time.fromisoformat(raw)
    except ValueError:
        pass  # answered below, as for every other shape
    raise ReadingError(path, _("Give a time such as 09:30."))


def instant(raw: Any, path: str) -> datetime:
    """An instant of ISO 8601 with its offset from UTC."""
    try:
        if isinstance(raw, str) and len(raw) <= len("2026-03-17T09:30:00.000000+03:00"):
            read = datetime.fromisoformat(raw)
            if read.tzinfo is not None and read.year in _YEARS:
                return read
    except ValueError:
        pass  # answered below, as for every other shape
    raise ReadingError(path, _("Give a moment such as 2026-03-17T09:30:00+03:00."))


def one_of(choices: type[E]) -> Reader[E]:
    """One of the values of an enum."""

    def read_choice(raw: Any, path: str) -> E:
        if not isinstance(raw, str) or raw not in set(choices):
            raise ReadingError(path, _("Use one of: %(choices)s."), choices=", ".join(choices))
        return choices(raw)

    return read_choice
