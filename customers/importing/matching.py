"""Which purchase a cancelled line takes back: a pure rule over one customer's lines."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Bought:
    """An order line; `left` are its units that nobody has given back yet.

    `order` is the number of its order, `standing` whether that counts as bought.
    """

    id: int
    product: int
    unit_amount: int
    placed_at: datetime
    left: int
    order: str = ""
    standing: bool = True


@dataclass(slots=True)
class GivenBack:
    """A line of a return; `order` breaks ties of `returned_at` (document number, line).

    `of_order` is the number of the order that the shop says it belongs to; empty for none.
    """

    id: int
    product: int
    unit_amount: int
    returned_at: datetime
    quantity: int
    order: tuple[str, int]
    of_order: str = ""
    found: list[tuple[int, int]] = field(default_factory=list)  # (order line, units)


def match(bought: Iterable[Bought], given_back: Iterable[GivenBack]) -> None:
    """Fill `found` and lower `left`, the earliest return first; the same input, the same result.

    A return that names its order takes units of the same product from that order only, before the
    others take theirs. One that names none takes units bought no later than it in a standing order.
    Of these it takes those of the same unit price first, then the latest purchase first. It may
    take from several lines, and what finds no purchase stays unmatched.
    """
    shelves: dict[int, list[Bought]] = defaultdict(list)
    for line in bought:
        shelves[line.product].append(line)
    for wanted in sorted(given_back, key=lambda g: (not g.of_order, g.returned_at, g.order)):
        candidates = [
            line for line in shelves[wanted.product] if line.left > 0 and _may_be(line, wanted)
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


def _may_be(line: Bought, wanted: GivenBack) -> bool:
    if wanted.of_order:
        return line.order == wanted.of_order
    return line.standing and line.placed_at <= wanted.returned_at
