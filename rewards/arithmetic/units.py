"""The units of a cart as runs of equal price, and taking some of them.

A quantity may be a million, so units are never listed one by one. The open units of a line cost
the same but for the minor units that do not divide: those make that many units one dearer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rewards.arithmetic.state import CartState
from rewards.arithmetic.targets import Base


@dataclass(frozen=True, slots=True)
class Lot:
    """`count` open units of the line at position `line` that cost `price` each."""

    line: int
    price: int
    count: int


def lots_of(state: CartState, indexes: Iterable[int], *, with_free: bool = False) -> list[Lot]:
    """Return the open units of these lines; those that cost nothing only `with_free`."""
    lots = []
    for index in indexes:
        units = state.open_units(index)
        if units:
            price, dearer = divmod(state.open_amount(index), units)
            lots += [Lot(index, price, units - dearer), Lot(index, price + 1, dearer)]
    return [lot for lot in lots if lot.count and (lot.price or with_free)]


def cheapest_first(lots: Iterable[Lot]) -> list[Lot]:
    """Return the lots by price, those of earlier lines first among equals."""
    return sorted(lots, key=lambda lot: (lot.price, lot.line))


def dearest_first(lots: Iterable[Lot]) -> list[Lot]:
    """Return the lots by price downwards, those of earlier lines first among equals."""
    return sorted(lots, key=lambda lot: (-lot.price, lot.line))


def count_of(lots: Iterable[Lot]) -> int:
    """Return how many units the lots hold."""
    return sum(lot.count for lot in lots)


@dataclass(slots=True)
class Taken:
    """Units taken, by line: how many, and what they cost as they were taken (minor units)."""

    units: dict[int, int] = field(default_factory=dict)
    values: dict[int, int] = field(default_factory=dict)

    def add(self, lot: Lot, count: int) -> None:
        """Take `count` units of a lot."""
        if count:
            self.units[lot.line] = self.units.get(lot.line, 0) + count
            self.values[lot.line] = self.values.get(lot.line, 0) + count * lot.price

    @property
    def lines(self) -> list[int]:
        """The positions of the lines units were taken from, in order."""
        return sorted(self.units)

    @property
    def count(self) -> int:
        """How many units were taken."""
        return sum(self.units.values())

    def plus(self, other: "Taken") -> "Taken":
        """Return these units and the others together."""
        both = Taken(dict(self.units), dict(self.values))
        for line, count in other.units.items():
            both.units[line] = both.units.get(line, 0) + count
            both.values[line] = both.values.get(line, 0) + other.values[line]
        return both

    @property
    def amount(self) -> int:
        """What all the units cost."""
        return sum(self.values.values())

    def base(self, state: CartState, index: int, base: Base) -> int:
        """Return what a percentage of the units of a line is computed from.

        For the initial base that is their share of the line's initial amount, rounded down.
        """
        if base is Base.DISCOUNTED:
            return self.values[index]
        line = state.cart.lines[index]
        return line.initial_amount * self.units[index] // max(line.initial_quantity, 1)


def take(lots: Sequence[Lot], wanted: int) -> tuple[Taken, list[Lot]]:
    """Take the first `wanted` units, as far as there are; return them and the lots left over."""
    taken, left = Taken(), []
    for lot in lots:
        count = min(lot.count, wanted)
        taken.add(lot, count)
        wanted -= count
        if count < lot.count:
            left.append(Lot(lot.line, lot.price, lot.count - count))
    return taken, left


def spread_out(by_line: Mapping[int, int], size: int) -> tuple[int, ...]:
    """Return numbers by line as a tuple over all lines."""
    return tuple(by_line.get(index, 0) for index in range(size))
