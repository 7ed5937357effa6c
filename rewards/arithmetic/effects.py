"""What an offer can do to a cart: the effects, as data.

An effect is aimed at the order or at items. An order effect has one base, the goods together, and
its discount is split over them. An item effect works line by line, each line its own base.
Shipping is outside both unless `include_shipping` says otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from config.shared.invalid import marked as _
from rewards.arithmetic.amounts import ArithmeticInputError, checked_amount, checked_percent
from rewards.arithmetic.cart import Line

ORDER: Final = "order"

Target = Literal["order"] | frozenset[str] | Callable[[Line], bool]
"""The whole order, the lines with these keys, or the lines a predicate picks."""


class Base(StrEnum):
    """Which amount an effect is computed from."""

    DISCOUNTED = "discounted"
    """What the effects and offers before it have left."""
    INITIAL = "initial"
    """The amount before all discounts; the result never exceeds what is left."""


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
    target: Target = ORDER
    base: Base = Base.DISCOUNTED
    include_shipping: bool = False

    @property
    def is_order_effect(self) -> bool:
        return self.target == ORDER


@dataclass(frozen=True, slots=True)
class PercentOff(_Aimed):
    """`percent` of the base, at most `cap` minor units over all lines together."""

    percent: Decimal
    cap: int | None = None

    def __post_init__(self) -> None:
        checked_percent(self.percent)
        if self.cap is not None:
            checked_amount("cap", self.cap)


@dataclass(frozen=True, slots=True)
class AmountOff(_Aimed):
    """`amount` minor units off; aimed at items, `spread` says how it is meant."""

    amount: int
    spread: Spread = Spread.EACH_LINE

    def __post_init__(self) -> None:
        checked_amount("amount", self.amount)


@dataclass(frozen=True, slots=True)
class FixedPrice(_Aimed):
    """A price of `price` minor units for the order, or for each unit of an item.

    Never raises a price: what already costs less stays as it is.
    """

    price: int

    def __post_init__(self) -> None:
        checked_amount("price", self.price)


@dataclass(frozen=True, slots=True)
class FreeShipping:
    """Shipping costs nothing; nothing else changes."""

    @property
    def is_order_effect(self) -> bool:
        return True


Effect = PercentOff | AmountOff | FixedPrice | FreeShipping


def checked_order(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Return the effects of one offer in the order they work: items first, then the order.

    Within each group the order given is kept. Raises ArithmeticInputError for an offer without
    effects.
    """
    if not effects:
        raise ArithmeticInputError(_("The offer has no effect."))
    return tuple(sorted(effects, key=lambda effect: effect.is_order_effect))
