"""Which purchase a cancelled line takes back: a pure rule over one customer's lines."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Bought:
    """An order line; `left` are its units that nobody has given back yet."""

    id: int
    product: int
    unit_amount: int
    placed_at: datetime
    left: int


@dataclass(slots=True)
class GivenBack:
    """A line of a return; `order` breaks ties of `returned_at` (document number, line)."""

    id: int
    product: int
    unit_amount: int
    returned_at: datetime
    quantity: int
    order: tuple[str, int]
    found: list[tuple[int, int]] = field(default_factory=list)  # (order line, units)


def match(bought: Iterable[Bought], given_back: Iterable[GivenBack]) -> None:
    """Fill `found` and lower `left`, the earliest return first; the same input, the same result.

    A return takes units of the same product bought no later than it: those of the same unit price
    first, and of these the latest purchase first. It may take from several lines, and what finds
    no purchase stays unmatched.
    """
    shelves: dict[int, list[Bought]] = defaultdict(list)
    for line in bought:
        shelves[line.product].append(line)
    for wanted in sorted(given_back, key=lambda line: (line.returned_at, line.order)):
        candidates = [
            line
            for line in shelves[wanted.product]
            if line.left > 0 and line.placed_at <= wanted.returned_at
        ]
        candidates.sort(key=lambda line: (line.placed_at, line.id), reverse=True)
        candidates.sort(key=lambda line: line.unit_amount != wanted.unit_amount)
        missing = wanted.quantity
        for line in candidates:
            if not missing:
                break
            units = min(missing, line.left)
            wanted.found.append((line.id, units))
            line.left -= units
            missing -= units
