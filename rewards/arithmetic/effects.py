"""What an offer can do to a cart: the effects, as data.

An effect is aimed at the order or at items. An order effect has one base, the goods together, and
its discount is split over them. An item effect works line by line, each line its own base.
Shipping is outside both unless `include_shipping` says otherwise.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from config.shared.invalid import marked as _
from rewards.arithmetic.amounts import ArithmeticInputError, checked_amount, checked_percent
from rewards.arithmetic.multibuy import Bundle, BuyGet, FreeUnits
from rewards.arithmetic.targets import ORDER, Base, Pick, Target


class Spread(StrEnum):
    """How an amount off is meant when it is aimed at items."""

    EACH_LINE = "each_line"
    """The amount once for every line."""
    EACH_UNIT = "each_unit"
    """The amount for every unit: times the quantity of the line."""
    BY_AMOUNT = "by_amount"
    """The amount once, split over the lines by what they cost."""
    BY_QUANTITY = "by_quantity"
    """The amount once, split over the lines by how many units they hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aimed:
    """What percent, amount and fixed price have in common.

    With a `pick` the effect works on items, whatever its target. Below `minimum_quantity` units or
    `minimum_amount` minor units (as they are now) of the target it takes nothing. `line_cap` is the
    most it takes off one line; an order effect has no such limit.
    """

    target: Target = ORDER
    base: Base = Base.DISCOUNTED
    include_shipping: bool = False
    pick: Pick | None = None
    minimum_quantity: int = 0
    minimum_amount: int = 0
    line_cap: int | None = None

    @property
    def is_order_effect(self) -> bool:
        return self.target == ORDER and self.pick is None

    def _check_limits(self) -> None:
        checked_amount("minimum_quantity", self.minimum_quantity)
        checked_amount("minimum_amount", self.minimum_amount)
        if self.line_cap is not None:
            checked_amount("line_cap", self.line_cap)
            if self.is_order_effect:
                raise ArithmeticInputError(_("An effect on the order has no limit by line."))


@dataclass(frozen=True, slots=True)
class PercentOff(_Aimed):
    """`percent` of the base, at most `cap` minor units over all lines together."""

    percent: Decimal
    cap: int | None = None

    def __post_init__(self) -> None:
        self._check_limits()
        checked_percent(self.percent)
        if self.cap is not None:
            checked_amount("cap", self.cap)


@dataclass(frozen=True, slots=True)
class AmountOff(_Aimed):
    """`amount` minor units off; aimed at items, `spread` says how it is meant.

    `cap` is the most it takes off over all lines together.
    """

    amount: int
    spread: Spread = Spread.EACH_LINE
    cap: int | None = None

    def __post_init__(self) -> None:
        self._check_limits()
        checked_amount("amount", self.amount)
        if self.cap is not None:
            checked_amount("cap", self.cap)


@dataclass(frozen=True, slots=True)
class FixedPrice(_Aimed):
    """A price of `price` minor units for the order, or for each unit of an item.

    Never raises a price: what already costs less stays as it is.
    """

    price: int

    def __post_init__(self) -> None:
        self._check_limits()
        checked_amount("price", self.price)


@dataclass(frozen=True, slots=True)
class FreeShipping:
    """Shipping costs nothing; nothing else changes."""

    @property
    def is_order_effect(self) -> bool:
        return True


OnAmount = PercentOff | AmountOff | FixedPrice
Effect = OnAmount | FreeShipping | FreeUnits | BuyGet | Bundle


def checked_order(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Return the effects of one offer in the order they work: items first, then the order.

    Within each group the order given is kept. Raises ArithmeticInputError for an offer without
    effects.
    """
    if not effects:
        raise ArithmeticInputError(_("The offer has no effect."))
    return tuple(sorted(effects, key=lambda effect: effect.is_order_effect))
