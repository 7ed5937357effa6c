"""Values of custom attributes: what was told, in the stored form of the attribute's type."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from config.shared import money
from config.shared.invalid import marked as _
from config.shared.text import fold

from . import amounts
from .dates import day
from .person import boolean, text
from .unusable import UnusableValue

LONGEST_TEXT: Final = 2_000
LONGEST_CHOICE: Final = 120
MOST_CHOICES: Final = 100
_SEPARATORS: Final = (";", "|", ",")

Stored = str | int | float | bool | list[str]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a value must look like: type (text, number, money, boolean, date, set) and its limits.

    `choices` are the allowed values of a set, empty for any; `currency` is that of money.
    """

    key: str
    type: str
    choices: tuple[str, ...] = ()
    currency: str = ""


def attribute(
    told: Any, definition: Definition, *, decimal_mark: str = ".", order: str = "ymd"
) -> Stored | None:
    """The stored form of what was told, as JSON or as text; None for nothing.

    Money is minor units as a whole number and major units as text. A set is a list, or text with ;
    | or , between the values; its values get the spelling of the definition. Raises UnusableValue.
    """
    if told is None or told == "":
        return None
    match definition.type:
        case "text":
            return _text(told)
        case "number":
            return _number(told, decimal_mark)
        case "money":
            return _money(told, definition.currency, decimal_mark)
        case "boolean":
            return _boolean(told)
        case "date":
            return _date(told, order)
        case "set":
            return _set(told, definition.choices)
    raise ValueError(f"no such type of attribute: {definition.type}")


def fits(stored: Any, definition: Definition) -> bool:
    """Whether a stored value is already in the stored form of this type."""
    try:
        normal = attribute(stored, definition)
    except UnusableValue:
        return False
    return type(normal) is type(stored) and normal == stored


def _text(told: Any) -> str | None:
    if isinstance(told, bool | list | dict):
        raise UnusableValue(_("This is not a text."), _("Send it in quotation marks."))
    return text(str(told), longest=LONGEST_TEXT) or None


def _number(told: Any, decimal_mark: str) -> int | float | None:
    if isinstance(told, str):
        found = amounts.number(told, decimal_mark=decimal_mark)
        if found is None:
            return None
    elif isinstance(told, int | float | Decimal) and not isinstance(told, bool):
        found = Decimal(str(told))
        if not found.is_finite() or len(found.normalize().as_tuple().digits) > amounts.MOST_DIGITS:
            raise UnusableValue(
                _("The number has more than %(most)d digits."),
                _("Round it."),
                most=amounts.MOST_DIGITS,
            )
    else:
        raise UnusableValue(_("This is not a number."), _("Write digits, such as 12.5."))
    return int(found) if found == found.to_integral_value() else float(found)


def _money(told: Any, currency: str, decimal_mark: str) -> int | None:
    if isinstance(told, int) and not isinstance(told, bool):
        if abs(told) > money.LARGEST_AMOUNT:
            raise UnusableValue(
                _("The amount is larger than %(largest)s minor units."),
                largest=money.LARGEST_AMOUNT,
            )
        return told
    if isinstance(told, str):
        return amounts.minor_units(told, currency=currency, decimal_mark=decimal_mark)
    raise UnusableValue(
        _("This is not an amount of money."),
        _("Send minor units as a whole number, or major units as text, such as “12.50”."),
    )


def _boolean(told: Any) -> bool | None:
    if isinstance(told, bool):
        return told
    if isinstance(told, str) or (isinstance(told, int) and told in (0, 1)):
        return boolean(str(told))
    raise UnusableValue(_("This is neither yes nor no."), _("Send true or false."))


def _date(told: Any, order: str) -> str | None:
    if not isinstance(told, str | date):
        raise UnusableValue(_("This is not a day of the calendar."), _("Write it as 2026-05-31."))
    found = day(told, order=order)
    return None if found is None else found.isoformat()


def _set(told: Any, choices: tuple[str, ...]) -> list[str] | None:
    """The values once each, in the order of the choices, else of the alphabet."""
    if isinstance(told, str):
        mark = next((mark for mark in _SEPARATORS if mark in told), None)
        told = told.split(mark) if mark else [told]
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise UnusableValue(_("This is not a list of texts."), _("Send a list such as [“a”, “b”]."))
    named = [value for one in told if (value := text(one, longest=LONGEST_CHOICE))]
    if len(named) > MOST_CHOICES:
        raise UnusableValue(
            _("The list has more than %(most)d values."), _("Send fewer."), most=MOST_CHOICES
        )
    return _spelled(named, choices) or None


def _spelled(named: Iterable[str], choices: tuple[str, ...]) -> list[str]:
    if not choices:
        return sorted(set(named))
    spelling = {fold(choice): choice for choice in choices}
    found = {spelling.get(fold(one)) for one in named}
    if None in found:
        raise UnusableValue(
            _("The list has a value that is not allowed."),
            _("Allowed are: %(choices)s."),
            choices=", ".join(choices[:20]) + (" …" if len(choices) > 20 else ""),
        )
    return [choice for choice in choices if choice in found]
