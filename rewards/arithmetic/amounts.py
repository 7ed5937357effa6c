"""What an amount may be, and the one place where a discount is rounded."""

from decimal import Decimal
from typing import Final

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _
from config.shared.money import LARGEST_AMOUNT

WHOLE: Final = Decimal(100)


class ArithmeticInputError(InvalidValueError):
    """A cart or an effect that no arithmetic can be done with."""


def checked_amount(name: str, amount: int) -> int:
    """Return `amount` when it is a whole number of minor units from 0 to LARGEST_AMOUNT.

    Raises ArithmeticInputError naming `name`.
    """
    # bool is an int in Python, but True is no amount.
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise ArithmeticInputError(_("%(name)s must be a whole number of minor units."), name=name)
    if amount < 0:
        raise ArithmeticInputError(_("%(name)s must not be negative."), name=name)
    if amount > LARGEST_AMOUNT:
        raise ArithmeticInputError(
            _("%(name)s must not be larger than %(largest)s minor units."),
            name=name,
            largest=LARGEST_AMOUNT,
        )
    return amount


def checked_percent(percent: Decimal) -> Decimal:
    """Return `percent` when it is a Decimal from 0 to 100; raises ArithmeticInputError."""
    if not isinstance(percent, Decimal) or not percent.is_finite():
        raise ArithmeticInputError(_("A percentage must be a decimal number."))
    if not 0 <= percent <= WHOLE:
        raise ArithmeticInputError(_("A percentage must lie between 0 and 100."))
    return percent


def percent_of(base_amount: int, percent: Decimal) -> int:
    """Return `base_amount * percent / 100` in minor units, rounded once, ROUND_HALF_UP.

    Exact for any number of decimals: the fraction is rounded in integers.
    """
    numerator, denominator = percent.as_integer_ratio()
    return (2 * base_amount * numerator + 100 * denominator) // (200 * denominator)
