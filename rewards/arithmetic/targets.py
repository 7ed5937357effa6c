"""What an effect is aimed at: the order, chosen lines, and the cheapest or dearest among them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from config.shared.invalid import marked as _
from rewards.arithmetic.amounts import ArithmeticInputError
from rewards.arithmetic.cart import Line

ORDER: Final = "order"

Target = Literal["order"] | frozenset[str] | Callable[[Line], bool]
"""The whole order, the lines with these keys, or the lines a predicate (a Selector) picks."""

_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Lines by what they are: those in any of the sets, but none of `excluding`.

    Without any set it means every line. `products` and `skus` are compared with the line's own id
    and with its `source_id`, because a shop may send either; whoever makes a selector from stored
    products puts both ids in. Excluded is what is in any of the sets of `excluding`.
    """

    products: frozenset[str] = _NOTHING
    skus: frozenset[str] = _NOTHING
    categories: frozenset[str] = _NOTHING
    collections: frozenset[str] = _NOTHING
    brands: frozenset[str] = _NOTHING
    excluding: "Selector | None" = None

    def __post_init__(self) -> None:
        if self.excluding is not None and self.excluding.names_nothing:
            raise ArithmeticInputError(_("Say what is excluded."))

    @property
    def names_nothing(self) -> bool:
        """Say whether no set is given."""
        return not (
            self.products or self.skus or self.categories or self.collections or self.brands
        )

    def __call__(self, line: Line) -> bool:
        if self.excluding is not None and self.excluding(line):
            return False
        return self.names_nothing or self._names(line)

    def _names(self, line: Line) -> bool:
        return (
            not self.products.isdisjoint({line.product_id, line.source_id} - {""})
            or not self.skus.isdisjoint({line.sku_id, line.source_id} - {""})
            or not self.categories.isdisjoint(line.categories)
            or not self.collections.isdisjoint(line.collections)
            or (bool(line.brand) and line.brand in self.brands)
        )


class Base(StrEnum):
    """Which amount an effect is computed from."""

    DISCOUNTED = "discounted"
    """What the effects and offers before it have left."""
    INITIAL = "initial"
    """The amount before all discounts; the result never exceeds what is left."""


class Which(StrEnum):
    """From which end a pick begins; prices are those of a unit as they are now."""

    IN_ORDER = "in_order"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class PickOf(StrEnum):
    """What is counted and picked."""

    LINES = "lines"
    UNITS = "units"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Some of the lines or units an effect is aimed at.

    They are put in the order of `which` (equal prices: the earlier line first), the first `skip`
    are passed over, then every `every`-th is picked, at most `count` in all and at most `per_line`
    units of one line. Units that cost nothing, or that another effect has claimed, do not count.
    """

    which: Which = Which.IN_ORDER
    of: PickOf = PickOf.UNITS
    count: int | None = None
    per_line: int | None = None
    skip: int = 0
    every: int = 1

    def __post_init__(self) -> None:
        for number in (self.count, self.per_line, self.every):
            if number is not None and number < 1:
                raise ArithmeticInputError(_("How many are picked must be at least 1."))
        if self.skip < 0:
            raise ArithmeticInputError(_("How many are passed over must not be negative."))


def every_item(line: Line) -> bool:
    """Pick every line; as a target it makes an item effect of what would be an order effect."""
    return True


def lines_hit(target: Target, lines: tuple[Line, ...]) -> tuple[int, ...]:
    """Return the positions of the goods a target means, shipping never among them."""
    items = ((index, line) for index, line in enumerate(lines) if not line.is_shipping)
    return tuple(index for index, line in items if is_hit(target, line))


def is_hit(target: Target, line: Line) -> bool:
    """Say whether a target means a line."""
    if isinstance(target, str):
        return True
    return line.key in target if isinstance(target, frozenset) else target(line)
