"""Money in minor units: integers of the smallest unit of a currency (cents, kuruş, yen).

The number of decimals is that of ISO 4217. Babel knows the currencies and how people write them,
but its precision is that of CLDR, which follows daily use (no decimals for LBP or RSD) and would
make an amount a hundred times too large for a storefront that follows ISO.
"""

import copy
import re
from decimal import Decimal
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _

LARGEST_AMOUNT: Final = 10**15
"""No amount may be further from zero than this many minor units; it leaves room for sums in a
64-bit column and is exact in JSON numbers."""

# Currencies in use that have other than two decimals: ISO 4217, list one, column “minor unit”.
_ISO_EXPONENTS: Final = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
# Codes of ISO 4217 in which no shop can be paid: metals, tests, “no currency”.
_NOT_MONEY: Final = frozenset(
    ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"]
)
# Written without groups or signs of any language, so that “1.234” has one meaning only.
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class MoneyError(InvalidValueError):
    """An amount or a currency that cannot be used."""


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies()) - _NOT_MONEY


@cache
def currencies_in_use() -> frozenset[str]:
    """Return the currencies that are legal tender somewhere and have no end date."""
    territories = get_global("territory_currencies")
    return frozenset(
        code
        for uses in territories.values()
        for code, _start, end, is_tender in uses
        if end is None and is_tender
    )


def is_currency(currency: str) -> bool:
    """Say whether `currency` is an ISO 4217 code in capitals; withdrawn ones count too."""
    return currency in _currencies()


def exponent(currency: str) -> int:
    """Return how many decimals a currency has: EUR 2, JPY 0, KWD 3; raises MoneyError."""
    if not is_currency(currency):
        raise MoneyError(
            _("“%(currency)s” is not a currency. Use a code of ISO 4217 such as EUR or TRY."),
            currency=currency,
        )
    if currency in _ISO_EXPONENTS:
        return _ISO_EXPONENTS[currency]
    return 2 if currency in currencies_in_use() else get_currency_precision(currency)


def to_minor(amount: str | Decimal | int, currency: str) -> int:
    """Return an amount in major units (“12.50”) as minor units (1250), exactly.

    Text is plain digits with a point: no groups, no comma, no exponent. Text may not have more
    decimals than the currency, not even zeros: “12.500” may be twelve and a half or twelve
    thousand five hundred, depending on who wrote it. Floats are refused, they are not exact.
    Raises MoneyError.
    """
    decimals = exponent(currency)
    number = _number(amount)
    minor = number.scaleb(decimals)
    written = -int(number.as_tuple().exponent) if isinstance(amount, str) else 0
    if written > decimals or minor != minor.to_integral_value():
        raise MoneyError(
            _("%(currency)s has %(decimals)d decimals, the amount has more."),
            currency=currency,
            decimals=decimals,
        )
    if abs(minor) > LARGEST_AMOUNT:
        raise MoneyError(
            _("The amount is larger than %(largest)s minor units."), largest=LARGEST_AMOUNT
        )
    return int(minor)


def _number(amount: str | Decimal | int) -> Decimal:
    """Return the exact number behind an amount; raises MoneyError for anything that is none."""
    if isinstance(amount, str) and _PLAIN_NUMBER.fullmatch(amount.strip()):
        # Far more digits than any amount has would be rounded by the decimal context.
        digits = amount.strip()
        if len(digits) <= 27:
            return Decimal(digits)
        raise MoneyError(_("The amount has too many digits."))
    if isinstance(amount, int) and not isinstance(amount, bool):
        amount = Decimal(amount)
    if isinstance(amount, Decimal) and amount.is_finite():
        if amount.adjusted() > 18 or len(amount.as_tuple().digits) > 27:
            raise MoneyError(_("The amount has too many digits."))
        return amount
    raise MoneyError(_("The amount is not a number. Write it like 1234.50, without groups."))


def from_minor(amount_minor: int, currency: str) -> Decimal:
    """Return minor units as an exact Decimal in major units, with all decimals of the currency."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


@cache
def locale_of(name: str) -> Locale:
    """Return the locale of a language or locale name (“tr”, “en-GB”), English when unknown."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def format_money(amount_minor: int, currency: str, locale: str) -> str:
    """Return minor units as people of `locale` write them, with all ISO decimals: “₺1.234,50”."""
    language = locale_of(locale)
    pattern = copy.copy(language.currency_formats["standard"])
    decimals = exponent(currency)
    pattern.frac_prec = (decimals, decimals)
    written = pattern.apply(
        from_minor(amount_minor, currency), language, currency=currency, currency_digits=False
    )
    return str(written)
