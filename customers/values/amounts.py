"""Numbers and money as people and systems write them."""

import re
from decimal import Decimal
from typing import Final

from config.shared import money
from config.shared.invalid import marked as _

from .unusable import UnusableValue

DECIMAL_MARKS: Final = (".", ",")
MOST_DIGITS: Final = 15
"""A JSON number with more digits is rounded by whoever reads it."""

_PLAIN: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_BLANKS: Final = str.maketrans("", "", " \u00a0\u202f\u2009'\u2019")
_GROUPED: Final = {
    ".": re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+", re.ASCII),
    ",": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+", re.ASCII),
}
_SIGNS: Final = frozenset("₺€£$¥₽₴₹")


def number(written: str, *, decimal_mark: str = ".") -> Decimal | None:
    """A number, its decimals after the told mark, its groups after the other one or blanks.

    “1.234,56” with “,” and “1,234.56” with “.” are both 1234.56. None for nothing.
    """
    bare = written.translate(_BLANKS)
    if not bare:
        return None
    is_plain = decimal_mark == "." and _PLAIN.fullmatch(bare)
    plain = bare if is_plain else _plain(bare, decimal_mark)
    found = Decimal(plain) if len(plain) <= 40 else None
    if found is None or len(found.as_tuple().digits) > MOST_DIGITS:
        raise UnusableValue(
            _("The number has more than %(most)d digits."), _("Round it."), most=MOST_DIGITS
        )
    return found


def _plain(bare: str, decimal_mark: str) -> str:
    """Plain digits with a point; raises UnusableValue."""
    sign = bare[0] if bare[0] in "+-" else ""
    whole, mark, decimals = bare[len(sign) :].partition(decimal_mark)
    if _GROUPED[decimal_mark].fullmatch(whole):
        whole = whole.replace(",", "").replace(".", "")
    if not (whole.isascii() and whole.isdigit()) or (
        mark and not (decimals.isascii() and decimals.isdigit())
    ):
        raise UnusableValue(
            _("This is not a number with “%(mark)s” before its decimals."),
            _("Write it as 1234%(mark)s50."),
            mark=decimal_mark,
        )
    return f"{sign}{whole}.{decimals}" if mark else f"{sign}{whole}"


def minor_units(written: str, *, currency: str, decimal_mark: str = ".") -> int | None:
    """Money in major units as minor units of `currency`; its code or sign beside it is taken off.

    Zeros beyond the currency's decimals are accepted (“12.5000”), anything else is refused: nothing
    is rounded. None for nothing.
    """
    bare = written.strip()
    if not bare:
        return None
    if bare[:3].upper() == currency:
        bare = bare[3:]
    elif bare[-3:].upper() == currency:
        bare = bare[:-3]
    bare = "".join(char for char in bare if char not in _SIGNS).strip()
    if currency == "TRY" and bare[-2:].upper() == "TL":
        bare = bare[:-2]
    amount = number(bare, decimal_mark=decimal_mark)
    if amount is None:
        return None
    try:
        return money.to_minor(amount, currency)
    except money.MoneyError as error:
        raise UnusableValue(error.message, "", **error.params) from None
