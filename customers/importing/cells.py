"""What stands in a cell of any file and is no value, and days as spreadsheets number them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

FORMULA: Final = "formula"
"""The code of the problem of a cell that holds a formula, or what a failed one left behind."""

_FORMULA_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
    | {"#YOK", "#BA\u015eV!", "#DE\u011eER!", "#SAYI/0!", "#AD?", "#BO\u015e!", "#SAYI!"}
)
_DAY_ZERO: Final = date(1899, 12, 30)
# Five digits are days from 1927 to 2173; fewer or more may be anything else.
_SERIAL: Final = re.compile(r"([1-9][0-9]{4})(?:[.,]([0-9]{1,15}))?", re.ASCII)
_SECONDS: Final = 86_400


def is_formula(cell: str) -> bool:
    """Whether a cell holds a formula instead of its result, or the error that one ended with."""
    if cell[:1] == "=":
        return True
    return cell[:1] == "#" and cell.strip().upper() in _FORMULA_ERRORS


def unnumbered(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """`read` for a cell that may hold a day as spreadsheets number it (32874 is 1990-01-01).

    Where a column of dates is formatted as numbers, this is all that is left of a date.
    """

    def reading(cell: str) -> Any:
        found = _SERIAL.fullmatch(cell.strip())
        return read(_written_out(found[1], found[2] or "") if found else cell)

    return reading


def _written_out(days: str, part: str) -> str:
    day = (_DAY_ZERO + timedelta(days=int(days))).isoformat()
    seconds = min(_SECONDS - 1, round(float(f"0.{part}") * _SECONDS)) if part else 0
    return f"{day} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" if part else day
