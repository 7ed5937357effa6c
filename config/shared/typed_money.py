"""Amounts as people type them into a field: “30,50”, “£1,234.50”, “1.234,50 TL”.

The rule builder reads amounts in the browser by the same rules
(`static/vesile/rule-builder/numbers.js`).
"""

import re
from typing import Final

from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

from config.shared import money
from config.shared.invalid import marked as _

_BLANKS: Final = re.compile(r"[\s'’]")
_NUMBER: Final = re.compile(r"([+-]?)([0-9][0-9.,]*)")
_MARK: Final = re.compile(r"[.,]")
_OTHER_SIGNS: Final = {"TRY": ("TL", "₺")}
"""What people write beside the signs that Babel knows."""


def read_amount(text: str, currency: str, language: str) -> int:
    """The minor units that somebody means who writes in this language.

    Of two kinds of marks the last one begins the decimals. A mark alone before exactly three
    digits groups thousands where it does so in the language, and begins decimals otherwise: so
    “1,234” is 1234 in English, and in Turkish refused, unless the currency has three decimals.
    The sign or the code of the currency may stand around it. Raises MoneyError.
    """
    plain = _BLANKS.sub("", _without_sign(text.strip(), currency, language)).replace("−", "-")
    found = _NUMBER.fullmatch(plain)
    digits = _plain_digits(found[2], language) if found else None
    if found is None or digits is None:
        raise money.MoneyError(_("This is not an amount. Write it like 1234.50."))
    return money.to_minor(found[1] + digits, currency)


def typed_amount(amount: int, currency: str, language: str) -> str:
    """Minor units as somebody would type them: “1234,50” in Turkish."""
    decimal = get_decimal_symbol(money.locale_of(language))
    return str(money.from_minor(amount, currency)).replace(".", decimal)


def _without_sign(text: str, currency: str, language: str) -> str:
    """The text without the sign or the code of its currency before or after it."""
    signs = {
        currency,
        get_currency_symbol(currency, money.locale_of(language)),
        get_currency_symbol(currency, "en"),
        *_OTHER_SIGNS.get(currency, ()),
    }
    for sign in sorted(signs, key=len, reverse=True):
        if text.upper().startswith(sign.upper()):
            return text[len(sign) :]
        if text.upper().endswith(sign.upper()):
            return text[: -len(sign)]
    return text


def _plain_digits(digits: str, language: str) -> str | None:
    """Digits with a point for the decimals, or None where the marks make no sense."""
    marks = list(_MARK.finditer(digits))
    if not marks:
        return digits
    last, alike = marks[-1], len({mark[0] for mark in marks}) == 1
    after = digits[last.end() :]
    groups_here = get_group_symbol(money.locale_of(language)) == last[0]
    only_groups = alike and len(after) == 3 and (len(marks) > 1 or groups_here)
    if not only_groups and (not after or (alike and len(marks) > 1)):
        return None
    first, *rest = _MARK.split(digits if only_groups else digits[: last.start()])
    if rest and (not 1 <= len(first) <= 3 or any(len(group) != 3 for group in rest)):
        return None
    whole = "".join([first, *rest])
    return whole if only_groups else f"{whole}.{after}"
