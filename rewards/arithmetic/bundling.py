"""Which units make bundles: as many bundles, of those units, as take the most off.

A set of units fills bundles when each can be given to a part that wants it. By Hall's theorem that
is so when, for every set of parts, no more units fit only there than those parts want. Such sets
are the independent sets of a transversal matroid, so taking the dearest unit that still fits, one
after the other, gives the most valuable filling. What `n` bundles can cost at most is concave in
`n`, so the best number is found by bisection.
"""

from collections.abc import Callable, Collection, Sequence

from rewards.arithmetic.units import Lot, Taken, count_of


def best_units(
    lots: Sequence[Lot],
    parts: Sequence[Collection[int]],
    quantities: Sequence[int],
    limit: int,
    off: Callable[[int, int], int],
) -> tuple[int, Taken]:
    """Return how many bundles are best, at most `limit`, and the units they take.

    `lots` come dearest first; `parts` say for each part the lines that can fill it, `quantities`
    how many units one bundle wants of it. `off(bundles, amount)` is the discount of bundles whose
    units cost `amount` together. The fewest bundles with the greatest discount are best.
    """
    low, high = 0, min(limit, count_of(lots) // sum(quantities))
    while low < high:
        middle = (low + high) // 2
        here, next_one = (
            _gain(lots, parts, quantities, bundles, off) for bundles in (middle, middle + 1)
        )
        if next_one > here:
            low = middle + 1
        else:
            high = middle
    return low, _fill(lots, parts, [low * quantity for quantity in quantities]) or Taken()


def _gain(
    lots: Sequence[Lot],
    parts: Sequence[Collection[int]],
    quantities: Sequence[int],
    bundles: int,
    off: Callable[[int, int], int],
) -> int:
    """Return the discount of so many bundles, or -1 where they cannot be filled."""
    taken = _fill(lots, parts, [bundles * quantity for quantity in quantities])
    return -1 if taken is None else off(bundles, taken.amount)


def _fill(
    lots: Sequence[Lot], parts: Sequence[Collection[int]], wanted: Sequence[int]
) -> Taken | None:
    """Take the dearest units that fill all parts, or None where the cart has too few.

    A set of parts is a number whose bits are the parts. `room[s]` is how many more units may be
    taken that fit only into parts of the set `s`.
    """
    room = [
        sum(count for part, count in enumerate(wanted) if chosen >> part & 1)
        for chosen in range(1 << len(wanted))
    ]
    taken = Taken()
    for lot in lots:
        fits = sum(1 << part for part, lines in enumerate(parts) if lot.line in lines)
        over = [chosen for chosen in range(len(room)) if chosen & fits == fits]
        count = min(lot.count, *(room[chosen] for chosen in over))
        for chosen in over:
            room[chosen] -= count
        taken.add(lot, count)
    return taken if taken.count == sum(wanted) else None
